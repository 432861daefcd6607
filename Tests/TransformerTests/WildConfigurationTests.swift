// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTransformer
import Testing

/// Configurations as they are in the wild: what transformers computes with for each, as
/// `Tools/fixtures/configurations.py` recorded it, or a refusal.
struct WildConfigurationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let config: JSONObject
    let expected: JSONObject
    var key: String { "\(config["model_type"]?.string ?? ""): \(name)" }
    var testDescription: String { key }
  }

  static let cases: [Case] = {
    let path = Fixture.root + "/configurations.json"
    guard let data = FileManager.default.contents(atPath: path),
      let list = try? JSON(parsing: Array(data), path: path).array
    else { return [] }
    return list.compactMap { json in
      guard let object = json.object, let name = object["name"]?.string,
        let config = object["config"]?.object, let expected = object["transformers"]?.object
      else { return nil }
      return Case(name: name, config: config, expected: expected)
    }
  }()

  /// What transformers computes and SPIN refuses: kinds of models that SPIN does not compute, and
  /// files whose meaning depends on the version.
  static let refused: Set<String> = [
    "llama: type under both names", "llama: llama3, original length in two places",
    "llama: partial rotary", "llama: partial rotary in parameters", "llama: yarn",
    "llama: yarn under its old name", "llama: dynamic", "llama: longrope", "llama: proportional",
    "llama: nested by layer type", "llama: feed-forward bias", "llama: window",
    "llama: window in use", "llama: window in use, layers absent", "llama: window not in use",
    "llama: use of window null", "llama: layer types", "llama: layer types without use",
    "llama: layer types null",
  ]

  /// What transformers 5 refuses and SPIN reads, since it can only mean one thing.
  static let lenient = Set([
    "mistral: key/value heads null", "qwen2: head size null", "mistral: layer types null",
  ]).union(
    ["llama", "mistral", "qwen2", "qwen3"].flatMap { ["\($0): tie null", "\($0): auto map null"] }
  ).union([
    "llama: attention bias null", "qwen3: attention bias null", "llama: feed-forward bias null",
    "qwen2: use of window null", "qwen3: use of window null",
  ])

  @Test func thereAreCases() { #expect(Self.cases.count > 200) }

  @Test(arguments: cases)
  func computesWhatTransformersComputes(_ item: Case) throws {
    let result = Result { try DecoderConfiguration(item.config) }
    if item.expected["error"] != nil {
      let isRead = (try? result.get()) != nil
      #expect(isRead == Self.lenient.contains(item.key), "\(result)")
      return
    }
    if Self.refused.contains(item.key) {
      let error = #expect(throws: SPINError.self) { try result.get() }
      #expect(error?.code == .unavailable || error?.code == .configuration)
      return
    }
    let found = try result.get()
    let expected = item.expected
    #expect(found.headSize == expected["head_size"].flatMap { Int(json: $0) })
    #expect(found.keyValueHeadCount == expected["key_value_heads"].flatMap { Int(json: $0) })
    #expect(found.maxPositionEmbeddings == expected["positions"].flatMap { Int(json: $0) })
    #expect(found.tiesWordEmbeddings == expected["tied"].flatMap { Bool(json: $0) })
    #expect(
      Double(found.rmsNormEpsilon)
        == expected["epsilon"].flatMap { Double(json: $0) }
        .map { Double(Float($0)) })
    #expect(found.windows == expected["windows"]?.array?.map { Int(json: $0) })
    var biases: [String] = []
    if found.hasQueryKeyValueBias { biases += ["k_proj", "q_proj", "v_proj"] }
    if found.hasAttentionOutputBias { biases.append("o_proj") }
    #expect(Set(biases) == Set(expected["biases"].flatMap { [String](json: $0) } ?? []))
    let frequencies = expected["inv_freq"].flatMap { [Double](json: $0) } ?? []
    #expect(found.rope.frequencies(headSize: found.headSize) == frequencies.map { Float($0) })
    #expect(expected["attention_scaling"] == .number(1))
  }

  /// Nothing that a file says is passed over in silence where it could change a result.
  @Test(arguments: [
    ("llama: theta in both places", "rope_theta 500000.0 is not used"),
    ("llama: theta in scaling", "transformers 4 computes with 10000.0"),
    ("llama: scaling beside parameters", "rope_parameters is not used"),
    ("llama: default type with a factor", "does not use factor"),
    ("llama: mrope section", "does not use mrope_section"),
    ("mistral: attention bias", "MistralForCausalLM has no such setting"),
    ("qwen2: attention bias", "Qwen2ForCausalLM has no such setting"),
    ("qwen3: feed-forward bias", "mlp_bias is not used"),
  ])
  func whatIsNotUsedIsNamed(key: String, text: String) throws {
    let item = try #require(Self.cases.first { $0.key == key })
    let warnings = try DecoderConfiguration(item.config).warnings
    #expect(warnings.count == 1 && warnings[0].contains(text), "\(warnings)")
  }

  @Test func ordinaryFilesHaveNoWarnings() throws {
    for name in [
      "nothing", "theta", "theta in parameters", "llama3", "scaling says the same as parameters",
      "attention bias", "architectures absent", "quantization null",
    ] {
      let item = try #require(Self.cases.first { $0.key == "llama: \(name)" })
      let scaled = name == "scaling says the same as parameters" ? 1 : 0
      #expect(try DecoderConfiguration(item.config).warnings.count == scaled, "\(name)")
    }
  }
}
