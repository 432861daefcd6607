// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINStorage

/// The pinned fixtures of `Tests/Fixtures`, which `SCHEMA.md` there describes.
public struct Fixture: Sendable {
  /// The folder of all fixtures.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures").path(percentEncoded: false)

  /// The small random models.
  public static let families = ["llama", "llama3", "mistral", "qwen2", "qwen3"]

  /// The checkpoint's folder.
  public let path: String
  private let tensors: [String: TensorEntry]

  /// Opens the model of a family with its golden results.
  public init(family: String) throws {
    let path = Self.root + "/models/" + family
    try self.init(path: path, file: path + "/golden.safetensors")
  }

  /// Opens a file of fixtures.
  public init(file: String) throws { try self.init(path: Self.root, file: Self.root + "/" + file) }

  private init(path: String, file: String) throws {
    self.path = path
    let entries = try SafetensorsFile(path: file).entries
    tensors = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
  }

  /// The names of all tensors.
  public var names: [String] { tensors.keys.sorted() }

  /// The shape of a tensor.
  public func shape(_ name: String) throws -> [Int] { try entry(name).shape }

  /// Numbers of a float32 tensor.
  public func floats(_ name: String) throws -> [Float] {
    try words(name).map(Float.init(bitPattern:))
  }

  /// The bytes of a tensor of any type.
  public func bytes(_ name: String) throws -> [UInt8] {
    let entry = try entry(name)
    return entry.file.bytes(entry.byteRange)
  }

  /// Numbers of an int32 tensor.
  public func integers(_ name: String) throws -> [Int32] {
    try words(name).map(Int32.init(bitPattern:))
  }

  /// The samples of a data set: their tokens, and how many of them are prompt.
  public func samples(_ set: String) throws -> [(tokens: [Int32], promptCount: Int)] {
    let tokens = try integers("\(set)/tokens")
    var start = 0
    return try zip(integers("\(set)/lengths"), integers("\(set)/prompt_lengths")).map {
      length, promptCount in
      defer { start += Int(length) }
      return (Array(tokens[start..<start + Int(length)]), Int(promptCount))
    }
  }

  private func entry(_ name: String) throws -> TensorEntry {
    guard let entry = tensors[name] else { throw MissingFixture(name: name) }
    return entry
  }

  private func words(_ name: String) throws -> [UInt32] {
    let entry = try entry(name)
    let bytes = entry.file.bytes(entry.byteRange)
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }
  }

  struct MissingFixture: Error { let name: String }
}
