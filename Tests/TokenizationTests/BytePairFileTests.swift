// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// Folders with `vocab.json` and `merges.txt` only, against transformers' classes.
struct BytePairFileTests {
  private func folder(
    _ vocabulary: JSONObject, _ merges: String, _ files: [(String, JSON)] = []
  ) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    try vocabulary.write(to: directory, as: "vocab.json")
    try merges.write(toFile: directory.file("merges.txt"), atomically: true, encoding: .utf8)
    for (name, json) in files { try (json.object ?? [:]).write(to: directory, as: name) }
    return directory
  }

  @Test func idsAreThoseOfTransformers() throws {
    let folders = try TokenizationFixture().root.required("folders", as: [JSONObject].self)
    #expect(folders.count == 4)
    for item in folders {
      let files = try item.required("files", as: JSONObject.self).members.map { ($0.0, $0.1) }
      let directory = try folder(item.required("vocab"), item.required("merges"), files)
      let tokenizer = try Tokenizer(directory: directory.path)
      let name: String = try item.required("class")
      #expect(tokenizer.bosID == item["bos"].flatMap(Int.init(json:)).map(Int32.init), "\(name)")
      #expect(tokenizer.eosID == item["eos"].flatMap(Int.init(json:)).map(Int32.init), "\(name)")
      for item in try TokenizationFixture.cases(item) {
        #expect(tokenizer.encode(item.text) == item.ids, "\(item.text) by \(name)")
        #expect(
          tokenizer.tokens(of: item.text).map(\.scalarRange) == item.offsets,
          "\(item.text) by \(name)")
      }
    }
  }

  private let vocabulary: JSONObject = ["a": 0, "b": 1, "ab": 2]
  private let qwen: (String, JSON) = ("config.json", ["model_type": "qwen2"])

  private func refusal(
    _ merges: String, _ files: [(String, JSON)]
  ) throws -> SPINError {
    let directory = try folder(vocabulary, merges, files)
    return try #require(throws: SPINError.self) { try Tokenizer(directory: directory.path) }
  }

  @Test(
    arguments: [
      ("#version: 0.2\na\n", "line 2", #"is "a", expected two pieces with one space between"#),
      ("a b\na b c\n", "line 2", #"is "a b c", expected two pieces with one space between"#),
      ("a b\n\na b\n", "line 2", #"is "", expected two pieces with one space between"#),
      ("#version: 0.2\na c\n", "merges[0]", #"but "c" is not in the vocabulary"#),
    ])
  func malformedMergesAreNamedByLine(merges: String, place: String, message: String) throws {
    let error = try refusal(merges, [qwen])
    #expect(error.location?.hasSuffix(place) == true, "\(error)")
    #expect(error.message.hasSuffix(message), "\(error)")
  }

  @Test func theClassThatCutsTextHasToBeKnown() throws {
    let missing = try refusal("a b\n", [])
    #expect(missing.message.hasPrefix("is missing, expected Qwen2Tokenizer or GPT2Tokenizer"))
    let other = try refusal(
      "a b\n", [("tokenizer_config.json", ["tokenizer_class": "CodeGenTokenizer"])])
    #expect(other.message.hasPrefix(#"is "CodeGenTokenizer", expected Qwen2Tokenizer"#))
    #expect(other.remedy?.contains("save_pretrained") == true)
  }

  /// transformers 5 numbers such tokens itself; version 4 took the file's ids.
  @Test func idsThatDependOnTheVersionOfTransformersAreRefused() throws {
    let error = try refusal("a b\n", [qwen, ("added_tokens.json", ["<x>": 7])])
    #expect(error.message.contains(#"the token "<x>" has the id 7, expected 3"#), "\(error)")
  }
}
