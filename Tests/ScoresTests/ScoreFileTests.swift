// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINScores
import SPINStorage
import SPINTestSupport
import Testing

@Suite struct ScoreFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static func provenance(
    model: String = "aa", target: TargetModule = .all, dataSet: String = "privacy"
  ) -> ScoreProvenance {
    ScoreProvenance(
      tool: "spin test", modelFiles: ["model.safetensors": model, "a.safetensors": "bb"],
      dataSet: dataSet, dataFile: "safe \"1k\".csv", dataDigest: "cc", rows: [459, 0, 17],
      seed: .max, sampleDigest: "dd", sampleCount: 3, tokenCount: 300, responseTokenCount: 200,
      truncatedCount: 1, skippedCount: 2, emptyCount: 4, keep: .share(1e-4),
      targetModule: target, firstResponseToken: "bos", overflow: "truncate")
  }

  static func scores(
    _ tensor: String = "model.layers.0.mlp.up_proj.weight", rows: Int = 2, columns: Int = 5,
    _ indices: [Int] = [7, 1, 3], _ values: [Float] = [3, 2, 1.5]
  ) throws -> TopScores {
    try TopScores(tensor: tensor, rows: rows, columns: columns, indices: indices, values: values)
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    return file.bytes(0..<file.byteCount)
  }

  @Test func whatIsWrittenReadsBack() throws {
    let file = ScoreFile(
      provenance: Self.provenance(),
      matrices: [
        try Self.scores("model.layers.10.self_attn.q_proj.weight", rows: 3, columns: 3, [], []),
        try Self.scores("model.layers.2.mlp.down_proj.weight"),
        try Self.scores("model.layers.2.self_attn.k_proj.weight", [9], [.leastNonzeroMagnitude]),
      ], losses: [2.5, .leastNonzeroMagnitude, 1 / 3])
    #expect(
      file.matrices.map(\.tensor) == [
        "model.layers.2.self_attn.k_proj.weight", "model.layers.2.mlp.down_proj.weight",
        "model.layers.10.self_attn.q_proj.weight",
      ])
    let path = directory.file("privacy.safetensors")
    try file.write(to: path)
    #expect(try ScoreFile(path: path) == file)
  }

  @Test func equalScoresAreEqualBytes() throws {
    let matrices = [
      try Self.scores(), try Self.scores("model.layers.0.mlp.down_proj.weight"),
    ]
    let (one, two) = (directory.file("one.safetensors"), directory.file("two.safetensors"))
    try ScoreFile(provenance: Self.provenance(), matrices: matrices).write(to: one)
    try ScoreFile(provenance: Self.provenance(), matrices: matrices.reversed()).write(to: two)
    #expect(try bytes(one) == bytes(two))
  }

  @Test func scoresOfAnotherModelNameBothHashes() throws {
    let file = ScoreFile(provenance: Self.provenance(), matrices: [])
    try file.requireModel(file.provenance.modelFiles, scoresAt: "s")
    let other = ["model.safetensors": "ee"]
    #expect {
      try file.requireModel(other, scoresAt: "s")
    } throws: { error in
      "\(error)".hasPrefix("s: holds scores of another model: of \(file.provenance.modelHash)")
        && "\(error)".contains(ModelDirectory.modelHash(of: other))
    }
  }

  /// Writes a file by hand, which `ScoreFile` would not write.
  private func message(
    schema: String? = "scores/1",
    matrices: String = #"{"model.layers.0.mlp.up_proj.weight":[2,5]}"#,
    indices: [UInt64] = [7, 1], values: [Float] = [2, 1],
    change: (inout [String: String]) -> Void = { _ in }
  ) throws -> String {
    let written = directory.file("written.safetensors")
    try ScoreFile(provenance: Self.provenance(), matrices: []).write(to: written)
    var metadata: [String: String] = [:]
    for (key, value) in try SafetensorsFile(path: written).header.metadata {
      metadata[key] = value
    }
    metadata["schema"] = schema
    metadata["matrices"] = matrices
    change(&metadata)
    let path = directory.file("made.safetensors")
    let name = "model.layers.0.mlp.up_proj.weight"
    let writer = try SafetensorsWriter(
      path: path,
      tensors: [
        .init(name: name + ".idx", type: .uint64, shape: [indices.count]),
        .init(name: name + ".val", type: .float32, shape: [values.count]),
      ], metadata: metadata.filter { $0.key != "format" }.map { ($0.key, $0.value) },
      nonFinite: .accepted)
    var bytes: [UInt8] = []
    for index in indices { bytes.append(littleEndian: index) }
    try writer.write(bytes, to: name + ".idx")
    bytes = []
    for value in values { bytes.append(littleEndian: value.bitPattern) }
    try writer.write(bytes, to: name + ".val")
    try writer.finish()
    do {
      _ = try ScoreFile(path: path)
      return "read without an error"
    } catch { return "\(error)".replacing(path + ": ", with: "") }
  }

  @Test func filesThatAreNoScoresAreRefusedByName() throws {
    #expect(try message() == "read without an error")
    #expect(try message(schema: nil).hasPrefix("is not a score file"))
    #expect(
      try message(schema: "scores/2")
        == "has schema \"scores/2\", expected \"scores/1\"; score again with this version")
    #expect(
      try message(indices: [7, 10]).contains("index 10 lies outside the matrix of 10 weights"))
    #expect(try message(indices: [7, .max]).contains("beyond 63 bits"))
    #expect(try message(values: [1, 2]).contains("ranks 0 and 1 are out of order"))
    #expect(try message(indices: [7, 1], values: [1, 1]).contains("out of order"))
    #expect(try message(values: [2]).contains("2 indices and 1 scores"))
    #expect(try message(values: [.nan, 1]).contains("the score at rank 0 is nan"))
    #expect(try message(matrices: "{}").contains("unexpected tensor"))
    #expect(try message(matrices: "[]").contains("metadata \"matrices\" is \"[]\""))
    #expect(
      try message(
        matrices:
          #"{"model.layers.0.mlp.up_proj.weight":[2,5],"model.layers.1.mlp.up_proj.weight":[2,5]}"#
      )
      .contains("\"model.layers.1.mlp.up_proj.weight.idx\" is missing"))
    #expect(
      try message(matrices: #"{"lm_head.weight":[2,5]}"#).contains("not a matrix of a decoder"))
    #expect(try message(change: { $0["keep"] = "some" }).contains("metadata \"keep\" is \"some\""))
    #expect(try message(change: { $0["tokens"] = nil }).contains("metadata \"tokens\" is missing"))
    #expect(
      try message(change: { $0["target_module"] = "x" }).contains("expected mlp, self_attn, all"))
    #expect(
      try message(change: { $0["model_files"] = #"{"m":"x"}"# }).contains("\"model_hash\" is"))
  }
}

@Suite struct ScoreDirectoryTests {
  private let temporary: TemporaryDirectory
  private let directory: ScoreDirectory

  init() throws {
    temporary = try TemporaryDirectory()
    directory = ScoreDirectory(path: temporary.path)
  }

  private func write(
    _ name: String, model: String = "aa", tensor: String = "model.layers.0.mlp.up_proj.weight"
  ) throws {
    try ScoreFile(
      provenance: ScoreFileTests.provenance(model: model, dataSet: name),
      matrices: [try ScoreFileTests.scores(tensor)]
    ).write(to: directory.path(of: name))
  }

  @Test func dataSetsReadTogetherWhenTheyBelongTogether() throws {
    try write("b")
    try write("a")
    #expect(try directory.dataSets() == ["a", "b"])
    #expect(try directory.read(["b", "a"]).count == 2)
  }

  @Test func missingAndForeignScoresAreNamed() throws {
    try write("a")
    try write("other", model: "zz")
    try write("attention", tensor: "model.layers.0.self_attn.q_proj.weight")
    func message(_ names: [String]) -> String {
      do {
        _ = try directory.read(names)
        return "read without an error"
      } catch { return "\(error)" }
    }
    #expect(message(["a", "b"]).contains("has no scores of \"b\", only of a, attention, other"))
    #expect(message(["a", "other"]).contains("holds scores of another model"))
    // One under the name of another.
    try FileSystem.remove(directory.path(of: "other"))
    try FileManager.default.copyItem(
      atPath: directory.path(of: "a"), toPath: directory.path(of: "other"))
    #expect(message(["a", "other"]).contains("holds the scores of \"a\", its name says \"other\""))
    #expect(
      message(["a", "attention"]).contains("other matrices than \"a\": only one of them has"))
    #expect(throws: SPINError.self) {
      _ = try ScoreDirectory(path: temporary.file("nowhere")).dataSets()
    }
  }

  @Test(arguments: ["", ".", "..", ".a", "a/b", "../x", "a b", "ä", "a\0"])
  func namesThatCouldNotBeFilesAreRefused(name: String) {
    #expect(throws: SPINError.self) { _ = try directory.path(of: name) }
  }
}
