// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINPatch
import SPINStorage
import SPINTestSupport
import Testing

/// A model of two shards with every editable type, other files, a folder and a link.
struct PatchFixture {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("model")
    try FileSystem.makeDirectory(path)
    try FileSystem.makeDirectory(path + "/extra")
    try OutputFile.write(Array("{}".utf8), to: path + "/config.json")
    try OutputFile.write([1, 2, 3], to: path + "/extra/notes.bin")
    try OutputFile.write([4, 5], to: path + "/extra/tokenizer")
    try FileManager.default.createSymbolicLink(
      atPath: path + "/tokenizer.json", withDestinationPath: "extra/tokenizer")
    let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    let first = try SafetensorsWriter(
      path: path + "/" + names[0],
      tensors: [
        .init(name: "full", type: .float32, shape: [2, 2]),
        .init(name: "ids", type: .int64, shape: [1]),
      ])
    try first.write([7, 0, 0, 0, 0, 0, 0, 0], to: "ids")
    try first.write(Self.bytes(([1.5, -2, 0.1, 3] as [Float]).map(\.bitPattern), 4), to: "full")
    try first.finish()
    let second = try SafetensorsWriter(
      path: path + "/" + names[1],
      tensors: [
        .init(name: "brain", type: .bfloat16, shape: [3, 2]),
        .init(name: "half", type: .float16, shape: [4]),
      ],
      nonFinite: .accepted)
    try second.write(Self.bytes([0x3F80, 0xBF81, 0x0000, 0x4049, 0x8000, 0x7F80], 2), to: "brain")
    try second.write(Self.bytes([0x3C00, 0xBC01, 0x0001, 0x7BFF], 2), to: "half")
    try second.finish()
    try OutputFile.write(
      Array(
        #"{"weight_map":{"full":"\#(names[0])","ids":"\#(names[0])","brain":"\#(names[1])","half":"\#(names[1])"}}"#
          .utf8), to: path + "/model.safetensors.index.json")
  }

  func model() throws -> ModelDirectory { try ModelDirectory(path: path) }

  func patch(scale: Double = 0) throws -> Patch {
    try Patch.make(
      model: try model(),
      weights: [("half", [3, 1]), ("brain", [1, 2, 3]), ("full", [2])], scale: scale,
      provenance: ["rule": "paper"], name: "test", toolVersion: "0")
  }

  /// A file with a patch, beside the model.
  func file(of patch: Patch) throws -> String {
    let path = directory.file("patch.json")
    try patch.write(to: path)
    return path
  }

  /// The hash of every file below a directory by its relative path, what links point at included.
  static func hashes(_ directory: String, prefix: String = "") throws -> [String: String] {
    var hashes: [String: String] = [:]
    for name in try FileSystem.names(in: directory) {
      let path = directory + "/" + name
      if FileSystem.status(path)?.kind == .directory {
        hashes.merge(try Self.hashes(path, prefix: prefix + name + "/")) { first, _ in first }
      } else {
        hashes[prefix + name] = FileDigest.sha256(try FileSystem.read(path))
      }
    }
    return hashes
  }

  private static func bytes(_ values: [UInt32], _ size: Int) -> [UInt8] {
    values.flatMap { value in (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  }

  /// Expects a `SPINError` that reads exactly like this, DIR standing for the directory.
  func expectError<Result>(
    _ text: String, code: SPINError.Code? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Result
  ) {
    do {
      _ = try body()
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch {
      let found = "\(error)".split(separator: directory.path, omittingEmptySubsequences: false)
        .joined(separator: "DIR")
      #expect(found == text, sourceLocation: sourceLocation)
      if let code {
        #expect((error as? SPINError)?.code == code, sourceLocation: sourceLocation)
      }
    }
  }
}
