// SPDX-License-Identifier: Apache-2.0

import SPINAdapters
import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

struct AdapterFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: AdapterFixture.names)
  func whatPEFTWroteIsReadAndWrittenTheSame(_ name: String) throws {
    let fixture = try AdapterFixture(name)
    let adapter = try LowRankAdapter(path: fixture.path)
    #expect(adapter.kind == (name.hasSuffix("dora") ? "DoRA" : "LoRA"))
    #expect(adapter.matrices.allSatisfy { ($0.magnitude != nil) == (adapter.kind == "DoRA") })
    let out = directory.file("out")
    try adapter.write(to: out)
    for file in [LowRankAdapter.fileName] {
      #expect(
        try FileSystem.read(out + "/" + file) == FileSystem.read(fixture.path + "/" + file))
    }
    // The same configuration, but for what only PEFT knows.
    #expect(try AdapterConfiguration(path: out + "/adapter_config.json") == adapter.configuration)
    let ours = try json(out + "/adapter_config.json")
    let theirs = try json(fixture.path + "/adapter_config.json")
    for key in ours.keys where key != "base_model_name_or_path" {
      if case .number(let value)? = ours[key] {
        #expect(theirs[key].flatMap { Double(json: $0) } == value, "\(key)")
      } else {
        #expect(theirs[key] == ours[key], "\(key)")
      }
    }
    #expect(try FileSystem.names(in: directory.path) == ["out"])
    expectError(
      "DIR/out: exists already; remove it, or choose another name", code: .cannotCreate,
      in: directory.path
    ) { try adapter.write(to: out) }
  }

  @Test func magnitudesAreReadWithAndWithoutWeight() throws {
    let fixture = try AdapterFixture("qwen3-dora")
    let file = try SafetensorsFile(path: fixture.path + "/" + LowRankAdapter.fileName)
    try copy(fixture, file.entries) { name in
      name.hasSuffix("lora_magnitude_vector") ? name + ".weight" : name
    }
    let (left, right) = (
      try LowRankAdapter(path: fixture.path), try LowRankAdapter(path: directory.path)
    )
    #expect(left.matrices.map(\.magnitude?.values) == right.matrices.map(\.magnitude?.values))
    #expect(left.digest != right.digest)
  }

  @Test func whatIsMissingOrBesidesIsNamed() throws {
    let fixture = try AdapterFixture("qwen3-dora")
    let file = try SafetensorsFile(path: fixture.path + "/" + LowRankAdapter.fileName)
    let q = "base_model.model.model.layers.1.self_attn.q_proj"
    try copy(fixture, file.entries.filter { $0.name != q + ".lora_B.weight" })
    expectError(
      "DIR/adapter_model.safetensors: tensor \"\(q).lora_B.weight\": is missing, "
        + "DIR/adapter_config.json targets model.layers.1.self_attn.q_proj",
      code: .malformedInput, in: directory.path
    ) { try LowRankAdapter(path: directory.path) }
    try copy(fixture, file.entries) { $0 == q + ".lora_A.weight" ? "lm_head.lora_A.weight" : $0 }
    expectError(
      "DIR/adapter_model.safetensors: tensor \"lm_head.lora_A.weight\": is no factor of a matrix in a "
        + "decoder's layer, as \"base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight\"; "
        + "merge this adapter with PEFT, then use the model", code: .unavailable,
      in: directory.path
    ) { try LowRankAdapter(path: directory.path) }
    try copy(fixture, file.entries) {
      $0.hasPrefix(q) ? String($0.map { $0 == "1" ? "0" : $0 }) : $0
    }
    expectError(
      "DIR/adapter_model.safetensors: holds factors for model.layers.0.self_attn.q_proj, which "
        + "DIR/adapter_config.json does not target", code: .malformedInput, in: directory.path
    ) { try LowRankAdapter(path: directory.path) }
  }

  @Test func ranksHaveToBeThoseOfTheConfiguration() throws {
    let fixture = try AdapterFixture("qwen3-dora")
    let file = try SafetensorsFile(path: fixture.path + "/" + LowRankAdapter.fileName)
    try copy(fixture, file.entries, config: ["r": 5])
    expectError(
      "DIR/adapter_model.safetensors: tensor "
        + "\"base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight\": has shape [2, 20], "
        + "expected rank 5 as its first size", code: .malformedInput, in: directory.path
    ) { try LowRankAdapter(path: directory.path) }
    try copy(fixture, file.entries, config: ["use_dora": false])
    expectError(
      "DIR/adapter_model.safetensors: tensor "
        + "\"base_model.model.model.layers.1.self_attn.q_proj.lora_magnitude_vector\": is there, but "
        + "DIR/adapter_config.json says use_dora false", code: .malformedInput,
      in: directory.path
    ) { try LowRankAdapter(path: directory.path) }
  }

  @Test func foldersWithoutAnAdapterAreNamed() throws {
    let path = directory.path
    expectError(
      "DIR/none: no such folder of an adapter; give the folder that holds adapter_config.json",
      code: .missingInput, in: path
    ) { try LowRankAdapter(path: path + "/none") }
    expectError(
      "DIR: holds no adapter_config.json; give the folder of an adapter in PEFT's format",
      code: .missingInput, in: path
    ) { try LowRankAdapter(path: path) }
    try OutputFile.write(
      Array(#"{"peft_type": "LORA"}"#.utf8), to: directory.file("adapter_config.json"))
    try OutputFile.write([0x80], to: directory.file("adapter_model.bin"))
    expectError(
      "DIR: holds its factors as a pickle, which is a program and is never run here; load it with PEFT "
        + "and save it with safe_serialization=True", code: .malformedInput, in: path
    ) { try LowRankAdapter(path: path) }
  }

  // MARK: - Making

  private func json(_ path: String) throws -> JSONObject {
    try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
  }

  /// Writes an adapter into `directory` with other names or settings.
  private func copy(
    _ fixture: AdapterFixture, _ entries: [TensorEntry], config changes: JSONObject = [:],
    rename: (String) -> String = { $0 }
  ) throws {
    let writer = try SafetensorsWriter(
      path: directory.file(LowRankAdapter.fileName),
      tensors: entries.map { .init(name: rename($0.name), type: $0.type, shape: $0.shape) })
    for entry in entries {
      try writer.write(entry.file.bytes(entry.byteRange), to: rename(entry.name))
    }
    try writer.finish()
    var config = try json(fixture.path + "/adapter_config.json")
    for (key, value) in changes.members { config[key] = value }
    try OutputFile.write(
      Array(JSON.object(config).serialized().utf8), to: directory.file("adapter_config.json"))
  }
}
