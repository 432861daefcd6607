// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

/// Merges as files list them: as text, `"a b"`, which is how most files have them, or as pairs.
struct MergeListTests {
  /// Byte-level, with merges of `#`; ids grow in the order of the merges.
  private func tokenizer(merges: [(String, String)], asText: Bool) throws -> Tokenizer {
    var vocabulary: JSONObject = ["#": 0, "a": 1, "b": 2, "Ġ": 3, "v": 4, "#v": 5]
    for (left, right) in merges where vocabulary[left + right] == nil {
      vocabulary[left + right] = JSON(vocabulary.keys.count)
    }
    let list = merges.map { left, right in
      asText ? JSON("\(left) \(right)") : [JSON(left), JSON(right)]
    }
    return try SmallTokenizers.gpt2
      .with("added_tokens", value: []).with("pre_tokenizer", "use_regex", value: false)
      .with("model", "vocab", value: .object(vocabulary))
      .with("model", "merges", value: .array(list)).tokenizer()
  }

  @Test func bothFormsGiveTheSameTokenizer() throws {
    let merges = [
      ("#", "#"), ("##", "#"), ("#", "a"), ("a", "#"), ("###", "a"), ("Ġ", "##"), ("#v", "a"),
    ]
    let text = try tokenizer(merges: merges, asText: true)
    let pairs = try tokenizer(merges: merges, asText: false)
    #expect(text.summary == pairs.summary)
    #expect(text.summary.mergeCount == merges.count)
    for string in ["###a", "a## #", " ##a#b", "#", "######", "#va", "ab#"] {
      #expect(text.encode(string) == pairs.encode(string), "\(string)")
    }
    // "##" first, then "###", then "###a", which the last merge makes of it.
    #expect(text.encode("###a") == [try #require(text.id(for: "###a"))])
  }

  /// The heading of a `merges.txt`, which some converters carried over into `tokenizer.json`.
  @Test(arguments: ["#version: 0.2", "#version", "#version: 0.2 - Trained by `tokenizers`"])
  func headingIsNoMerge(heading: String) throws {
    let merges: JSON = [JSON(heading), "a b", "Ġ ab"]
    let tokenizer = try SmallTokenizers.gpt2.with("model", "merges", value: merges).tokenizer()
    #expect(tokenizer.summary.mergeCount == 2)
    #expect(tokenizer.encode(" ab") == [6])
  }

  /// Merges of 2,000 bytes each: a reader that copies what it has read so far for each merge copies
  /// 16 GB, which takes seconds; the document has 8 MB.
  @Test func textTakesNoLongerThanPairs() throws {
    let (left, right) = (String(repeating: "a", count: 1000), String(repeating: "b", count: 1000))
    let whole = left + right
    func seconds(_ merge: JSON) throws -> Double {
      let document = SmallTokenizers.gpt2
        .with("model", "vocab", value: .object([left: 0, right: 1, whole: 2]))
        .with("model", "merges", value: .array(Array(repeating: merge, count: 4000)))
      let directory = try TemporaryDirectory()
      let path = try document.with("added_tokens", value: []).write(to: directory)
      let time = try ContinuousClock().measure { _ = try Tokenizer(jsonFile: path) }
      return time / .seconds(1)
    }
    let pairs = try seconds([JSON(left), JSON(right)])
    let text = try seconds(JSON("\(left) \(right)"))
    #expect(text < 3 * pairs + 0.5, "\(text) s as text, \(pairs) s as pairs")
  }
}
