// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

struct AdapterConfigurationTests {
  /// Which modules PEFT means, with which rank and scale: `matching.json`.
  @Test func modulesRanksAndScalesAreThoseOfPEFT() throws {
    let path = Fixture.root + "/adapters/matching.json"
    let cases = try #require(try JSON(parsing: FileSystem.read(path), path: path).array)
    #expect(cases.count >= 16)
    for json in cases {
      let object = try json.requireObject(at: path)
      let configuration = try written(object.required("config")) {
        try AdapterConfiguration(path: $0)
      }
      let meant: JSONObject = try object.required("meant")
      let found = try configuration.targets.matrices(layerCount: 3, at: "config")
      #expect(
        Set(found.map(\.module)) == Set(meant.keys), "\(object["config"]?.brief ?? "")")
      for name in found {
        let shape = try configuration.shape(of: name, at: "config")
        let expected = try #require(meant[name.module]?.array)
        #expect(JSON(shape.rank) == expected[0])
        #expect(Double(json: expected[1]) == shape.scale)
      }
    }
  }

  @Test func defaultsAreThoseOfPEFT() throws {
    let configuration = try read(#"{"peft_type": "LORA", "new_thing": 3, "new_other": null}"#)
    #expect(configuration.rank == 8 && configuration.alpha == 8 && configuration.dropout == 0)
    #expect(!configuration.usesDoRA && !configuration.usesRankStabilization)
    #expect(configuration.targets == TargetModules(.names(["q_proj", "v_proj"])))
    #expect(configuration.warnings.count == 1)
    #expect(
      configuration.warnings[0].hasSuffix(
        #"the key "new_thing" is not known and is ignored, as PEFT does it"#))
  }

  @Test func whatIsWrittenReadsAsTheSame() throws {
    var configuration = AdapterConfiguration(targets: TargetModules([.query, .down]))
    configuration.rank = 4
    configuration.alpha = 2.5
    configuration.dropout = 0.1
    configuration.usesDoRA = true
    configuration.usesRankStabilization = true
    configuration.targets.layers = [0, 3]
    configuration.targets.layersPatterns = ["layers"]
    configuration.targets.excluded = .pattern(".*k_proj")
    configuration.ranks = [.init("q_proj", 2)]
    configuration.alphas = [.init("q_proj", 16)]
    configuration.baseModel = "Qwen2-0.5B"
    let again = try written(try configuration.json.requireObject(at: "")) {
      try AdapterConfiguration(path: $0)
    }
    #expect(again == configuration)
    #expect(configuration.json.object?["lora_alpha"] == .number(2.5))
    configuration.targets.choice = .allLinear
    #expect(configuration.json.object?["target_modules"] == "all-linear")
  }

  @Test(arguments: [
    (
      #""peft_type": "IA3""#,
      #"key "peft_type": is "IA3", expected "LORA", which stands for DoRA too"#
    ),
    (#""task_type": "SEQ_CLS""#, #"key "task_type": is "SEQ_CLS", expected "CAUSAL_LM""#),
    (#""bias": "all""#, #"key "bias": is "all": trained biases are not computed"#),
    (
      #""fan_in_fan_out": true"#,
      #"key "fan_in_fan_out": asks for weights stored the other way round, which SPIN does not compute"#
    ),
    (
      #""modules_to_save": ["lm_head"]"#,
      #"key "modules_to_save": asks for modules that were trained and saved whole, which SPIN does not compute"#
    ),
    (
      #""layer_replication": [[0, 2]]"#,
      #"key "layer_replication": asks for a model with layers repeated, which SPIN does not compute"#
    ),
    (
      #""use_qalora": true"#,
      #"key "use_qalora": asks for quantization-aware LoRA, which SPIN does not compute"#
    ),
    (
      #""lora_bias": true"#,
      #"key "lora_bias": asks for biases in its factors, which SPIN does not compute"#
    ),
    (
      #""init_lora_weights": "pissa_niter_4""#,
      #"key "init_lora_weights": is "pissa_niter_4", which changes the base model when PEFT loads the adapter"#
    ),
  ])
  func whatIsNotComputedIsRefusedByName(_ member: String, _ message: String) throws {
    let text = member.contains("peft_type") ? "{\(member)}" : #"{"peft_type": "LORA", \#(member)}"#
    let directory = try TemporaryDirectory()
    try OutputFile.write(Array(text.utf8), to: directory.file("adapter_config.json"))
    expectError(
      "DIR/adapter_config.json: \(message); merge this adapter with PEFT, then use the model",
      code: .unavailable, in: directory.path
    ) { try AdapterConfiguration(path: directory.file("adapter_config.json")) }
  }

  @Test(arguments: [
    (#""r": 0"#, #"key "r": is 0, expected a rank of at least 1"#),
    (#""r": "8""#, #"key "r": is "8", expected an integer"#),
    (#""lora_dropout": 1"#, #"key "lora_dropout": is 1.0, expected at least 0 and below 1"#),
    (#""rank_pattern": {"q": 0}"#, #"key "rank_pattern.q": is 0, expected a rank of at least 1"#),
    (
      #""target_modules": [1]"#,
      #"key "target_modules": is [1], expected an array, each element a string"#
    ),
  ])
  func wrongValuesAreNamed(_ member: String, _ message: String) throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("adapter_config.json")
    try OutputFile.write(Array(#"{"peft_type": "LORA", \#(member)}"#.utf8), to: path)
    expectError(
      "DIR/adapter_config.json: \(message)", code: .malformedInput, in: directory.path
    ) { try AdapterConfiguration(path: path) }
  }

  /// 20,000 patterns were read again for every matrix, which took minutes.
  @Test(.timeLimit(.minutes(1))) func patternsOfAnAdapterAreBoundedTogether() throws {
    var configuration = AdapterConfiguration(targets: TargetModules(.allLinear))
    let name = MatrixName(layer: 0, projection: .query)
    configuration.ranks = (0..<20_000).map { .init("(.*.*)*x\($0)", 4) }
    let error = #expect(throws: SPINError.self) { _ = try configuration.shape(of: name, at: "c") }
    #expect(error?.location == "c: key \"rank_pattern\"")
    #expect(error?.message.hasSuffix("bytes together, at most 100000 are read") == true)
    configuration.ranks = (0..<2_000).map { .init("layers.\($0).self_attn.q_proj", $0 + 1) }
    let shapes = try configuration.shapes(at: "c")
    for layer in 0..<100 {
      #expect(shapes(MatrixName(layer: layer, projection: .query)).rank == layer + 1)
    }
  }

  @Test func patternsThatCannotBeReadAreNamed() throws {
    let configuration = try read(#"{"peft_type": "LORA", "target_modules": "(q_proj"}"#)
    expectError(
      #"c: key "target_modules": has the pattern "(q_proj", which cannot be read as a regular expression: "#
        + "a group is not closed", code: .malformedInput
    ) { try configuration.targets.matrices(layerCount: 1, at: "c") }
    let long = String(repeating: "a", count: 1_001)
    let other = try read(#"{"peft_type": "LORA", "target_modules": "\#(long)"}"#)
    expectError(
      #"c: key "target_modules": has a pattern of 1001 bytes, at most 1000 are read"#
    ) { try other.targets.matrices(layerCount: 1, at: "c") }
  }

  @Test(arguments: [#"["q_proj", "lm_head"]"#, #"".*""#])
  func headAndEmbeddingAreRefused(_ targets: String) throws {
    let configuration = try read(#"{"peft_type": "LORA", "target_modules": \#(targets)}"#)
    expectError(
      #"c: key "target_modules": means lm_head, only the matrices of the decoder's layers are computed "#
        + "with adapters; merge this adapter with PEFT", code: .unavailable
    ) { try configuration.targets.matrices(layerCount: 1, at: "c") }
  }

  private func read(_ text: String) throws -> AdapterConfiguration {
    try written(try JSON(parsing: Array(text.utf8), path: "test").requireObject(at: "test")) {
      try AdapterConfiguration(path: $0)
    }
  }

  private func written<Result>(
    _ object: JSONObject, _ body: (String) throws -> Result
  ) throws -> Result {
    let directory = try TemporaryDirectory()
    let path = directory.file("adapter_config.json")
    try OutputFile.write(Array(JSON.object(object).serialized().utf8), to: path)
    return try body(path)
  }
}
