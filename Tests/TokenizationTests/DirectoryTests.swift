// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

struct DirectoryTests {
  private func tokenizer(_ json: JSONObject, config: JSONObject?) throws -> Tokenizer {
    let directory = try TemporaryDirectory()
    try json.write(to: directory)
    try config?.write(to: directory, as: "tokenizer_config.json")
    return try Tokenizer(directory: directory.path)
  }

  @Test func theTemplateDecidesOverTheConfiguration() throws {
    let tokenizer = try tokenizer(
      SmallTokenizers.llama,
      config: ["add_bos_token": false, "bos_token": "<s>", "eos_token": "</s>"])
    #expect(tokenizer.addsBOS)
    #expect(tokenizer.encode("hello") == [1, 14])
    #expect(tokenizer.bosID == 1)
    #expect(tokenizer.eosID == 2)
  }

  @Test func theConfigurationDecidesWhereThereIsNoTemplate() throws {
    let json = SmallTokenizers.llama.with("post_processor", value: .null)
    let names: JSONObject = ["bos_token": "<s>", "eos_token": ["content": "</s>"]]
    let silent = try tokenizer(json, config: names)
    #expect(!silent.addsBOS)
    #expect(silent.bosID == 1)
    #expect(silent.encode("hello") == [14])
    let asking = names.with("add_bos_token", value: true).with("add_eos_token", value: true)
    #expect(try tokenizer(json, config: asking).encode("hello") == [1, 14, 2])
  }

  @Test func withoutAConfigurationTheTemplateNamesBOS() throws {
    let tokenizer = try tokenizer(SmallTokenizers.llama, config: nil)
    #expect(tokenizer.bosID == 1)
    #expect(tokenizer.eosID == nil)
  }

  @Test func theSpecialTokensMapIsAskedSecond() throws {
    let directory = try TemporaryDirectory()
    try SmallTokenizers.llama.write(to: directory)
    try (["eos_token": "</s>"] as JSONObject).write(to: directory, as: "special_tokens_map.json")
    #expect(try Tokenizer(directory: directory.path).eosID == 2)
  }

  @Test func directoriesWithoutATokenizerAreSaidToHaveNone() throws {
    let directory = try TemporaryDirectory()
    let error = try #require(throws: SPINError.self) { try Tokenizer(directory: directory.path) }
    #expect(error.code == .missingInput)
    #expect(
      error.message == "has no tokenizer.json, no tokenizer.model and no vocab.json with merges.txt"
    )
  }

  @Test func namedTokensHaveToExist() throws {
    let error = try #require(throws: SPINError.self) {
      try tokenizer(SmallTokenizers.llama, config: ["eos_token": "<end>"])
    }
    #expect(error.location?.hasSuffix("tokenizer_config.json.eos_token") == true)
    #expect(error.message == #"is "<end>", which is no token of the tokenizer"#)
  }

  @Test func theSummaryNamesTheSteps() throws {
    #expect(
      try SmallTokenizers.llama.tokenizer().summary.description
        == "BPE over characters (tokenizer.json), 17 tokens, 8 merges, Prepend > Replace, BOS added"
    )
    #expect(
      try SmallTokenizers.gpt2.tokenizer().summary.description
        == "byte-level BPE (tokenizer.json), 10 tokens, 4 merges, ByteLevel(gpt2), no BOS added")
  }
}
