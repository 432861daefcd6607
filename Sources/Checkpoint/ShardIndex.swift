// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// `model.safetensors.index.json`: which shard holds which tensor.
package struct ShardIndex: Sendable {
  /// The name that the file has in a model directory.
  package static let fileName = "model.safetensors.index.json"

  /// The path of the file.
  package let path: String
  /// The shard of each tensor, a plain file name.
  package let shards: [String: String]
  /// The bytes of all tensors, where the index says so.
  package let totalByteCount: Int?

  /// The names of the shards, sorted.
  package var shardNames: [String] { Set(shards.values).sorted() }

  /// Reads an index.
  ///
  /// - Throws: `SPINError` with code `malformedInput`, also where a shard's name would lead out of
  ///   the directory.
  package init(path: String) throws {
    let bytes = try FileSystem.read(path)
    switch FileSignature(bytes) {
    case .json, .safetensors, .unknown: break
    case let other:
      if let refusal = other.refusal(at: path) { throw refusal }
    }
    var reader = try JSONReader(bytes, path: path)
    var shards: [String: String]?
    var total: Int?
    try reader.readObject { key, reader in
      switch key {
      case "weight_map": shards = try Self.readMap(&reader)
      case "metadata": total = Self.totalByteCount(try reader.readJSON())
      default: try reader.skipValue()
      }
    }
    try reader.finish()
    guard let shards, !shards.isEmpty else {
      throw SPINError(
        .malformedInput, at: path, "has no \"weight_map\" that names a tensor",
        remedy: "download it again")
    }
    self.path = path
    self.shards = shards
    totalByteCount = total
  }

  private static func readMap(_ reader: inout JSONReader) throws -> [String: String] {
    var shards: [String: String] = [:]
    try reader.readObject { name, reader in
      let file = try reader.readString()
      guard !file.isEmpty, file != ".", file != "..", !file.utf8.contains(UInt8(ascii: "/")),
        !file.utf8.contains(UInt8(ascii: "\\")), !file.utf8.contains(0)
      else {
        throw reader.failure(
          "the shard of \"\(name)\" is \"\(file)\", expected a file name without a path",
          remedy: "do not use this model: its index points outside its folder")
      }
      shards[name] = file
    }
    return shards
  }

  /// The value is advisory: some writers give a string or a fraction.
  private static func totalByteCount(_ metadata: JSON) -> Int? {
    metadata.object?["total_size"].flatMap { Double(json: $0) }.flatMap { Int(exactly: $0) }
  }
}
