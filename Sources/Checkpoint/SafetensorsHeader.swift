// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// What the header of a safetensors file says, checked by every rule of the format.
///
/// The file is a little-endian length N of 64 bits, N bytes of JSON, and the data. The JSON maps
/// each tensor's name to its type, shape and offset in the data; tensors have to cover the data
/// without hole or overlap. Nothing here looks at the data itself.
package struct SafetensorsHeader: Sendable, Equatable {
  /// One tensor of a file.
  package struct Tensor: Sendable, Equatable {
    /// The name of the tensor.
    package let name: String
    /// The element type of the tensor.
    package let type: SafetensorsType
    /// Its sizes, outermost first; empty for a scalar.
    package let shape: [Int]
    /// Its bytes, counted from the start of the data.
    package let dataRange: Range<Int>
  }

  /// The longest header that is read, in bytes, as in the safetensors crate.
  package static let maximumByteCount = 100_000_000
  /// The most tensors in one file.
  package static let maximumTensorCount = 1_000_000
  /// The most dimensions of one tensor.
  package static let maximumRank = 64
  /// The longest name of a tensor, in bytes.
  package static let maximumNameByteCount = 4_096

  /// The free-form members of `__metadata__`, in order.
  package let metadata: [(key: String, value: String)]
  /// The tensors in the order of their bytes.
  package let tensors: [Tensor]

  /// Reads and checks a header.
  ///
  /// - Parameters:
  ///   - json: The N bytes after the length.
  ///   - dataByteCount: The bytes of the file after the header.
  ///   - path: The file, for messages.
  /// - Throws: `SPINError` with code `malformedInput` that names the tensor and the rule.
  package init(json: [UInt8], dataByteCount: Int, path: String) throws {
    guard json.first == UInt8(ascii: "{") else {
      let found = json.first.map { "the byte 0x" + String($0, radix: 16) } ?? "nothing"
      throw SPINError(
        .malformedInput, at: path, "the header begins with \(found), expected \"{\"",
        remedy: "this is no safetensors file, or it is damaged - download it again")
    }
    var parser = HeaderParser(path: path)
    try parser.parse(json)
    metadata = parser.metadata
    tensors = parser.tensors.sorted {
      ($0.dataRange.lowerBound, $0.dataRange.upperBound)
        < ($1.dataRange.lowerBound, $1.dataRange.upperBound)
    }
    try Self.checkCoverage(tensors, dataByteCount: dataByteCount, path: path)
  }

  /// Tensors in order of their bytes have to touch, begin at zero and end with the file.
  private static func checkCoverage(_ tensors: [Tensor], dataByteCount: Int, path: String) throws {
    var previous: Tensor?
    for tensor in tensors {
      let end = previous?.dataRange.upperBound ?? 0
      let start = tensor.dataRange.lowerBound
      if start != end {
        let before = previous.map { "tensor \"\($0.name)\" ends" } ?? "the data begins"
        throw SPINError(
          .malformedInput, at: "\(path): tensor \"\(tensor.name)\"",
          "begins at byte \(start) of the data, but \(before) at \(end): "
            + (start < end ? "they overlap" : "there is a hole"),
          remedy: "the file is damaged - download it again")
      }
      previous = tensor
    }
    let end = previous?.dataRange.upperBound ?? 0
    guard end != dataByteCount else { return }
    if end > dataByteCount {
      throw SPINError(
        .malformedInput, at: path,
        "holds \(dataByteCount) bytes of tensors, its header describes \(end)",
        remedy: "the file is truncated - download it again")
    }
    throw SPINError(
      .malformedInput, at: path,
      "holds \(dataByteCount) bytes after its header, which describes \(end)",
      remedy: "something was appended to the file - download it again")
  }

  /// Headers with the same metadata and tensors.
  package static func == (left: SafetensorsHeader, right: SafetensorsHeader) -> Bool {
    left.tensors == right.tensors && left.metadata.elementsEqual(right.metadata, by: ==)
  }
}

/// Walks the JSON of a header and keeps what it says.
private struct HeaderParser {
  let path: String
  var metadata: [(key: String, value: String)] = []
  var tensors: [SafetensorsHeader.Tensor] = []

  mutating func parse(_ json: [UInt8]) throws {
    var reader = try JSONReader(json, path: path + ": header")
    // Tensors are found by name in tables of strings, where canonical equivalents are one key.
    var names = Set<String>()
    try reader.readMembers { bytes, reader in
      let name = String(decoding: bytes, as: UTF8.self)
      guard names.insert(name).inserted else {
        let isSpeltAlike = tensors.contains { $0.name.utf8.elementsEqual(bytes) }
        throw reader.failure(
          "the tensor \"\(name)\" is described twice"
            + (isSpeltAlike || name == "__metadata__" ? "" : ", in two Unicode spellings"))
      }
      if name == "__metadata__" {
        metadata = try Self.readMetadata(&reader)
        return
      }
      guard !bytes.isEmpty, bytes.count <= SafetensorsHeader.maximumNameByteCount else {
        throw reader.failure(
          "a tensor's name has \(bytes.count) bytes, expected 1 to "
            + "\(SafetensorsHeader.maximumNameByteCount)")
      }
      guard tensors.count < SafetensorsHeader.maximumTensorCount else {
        throw reader.failure(
          "describes more than \(SafetensorsHeader.maximumTensorCount) tensors")
      }
      tensors.append(try readTensor(name, &reader))
    }
    try reader.finish()
  }

  private static func readMetadata(
    _ reader: inout JSONReader
  ) throws -> [(key: String, value: String)] {
    var metadata: [(key: String, value: String)] = []
    try reader.readObject { key, reader in
      guard try reader.peekKind() == .string else {
        throw reader.failure("the metadata \"\(key)\" is no string")
      }
      metadata.append((key, try reader.readString()))
    }
    return metadata
  }

  private func readTensor(
    _ name: String, _ reader: inout JSONReader
  ) throws -> SafetensorsHeader.Tensor {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.readObject { key, reader in
      switch key {
      case "dtype": typeName = try reader.readString()
      case "shape":
        shape = try Self.readSizes(
          &reader, limit: SafetensorsHeader.maximumRank, "the shape of tensor \"\(name)\"", "holds",
          "has")
      case "data_offsets":
        offsets = try Self.readSizes(
          &reader, limit: 2, "the offsets of tensor \"\(name)\"", "hold", "have")
      default:
        throw reader.failure(
          "tensor \"\(name)\" has the key \"\(key)\", expected dtype, shape and data_offsets")
      }
    }
    func failure(_ message: String, remedy: String? = nil) -> SPINError {
      SPINError(.malformedInput, at: "\(path): tensor \"\(name)\"", message, remedy: remedy)
    }
    guard let typeName else { throw failure("has no dtype") }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw failure(
        "has the dtype \"\(typeName)\", expected one of "
          + SafetensorsType.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard let shape else { throw failure("has no shape") }
    guard let offsets, offsets.count == 2 else { throw failure("has no pair of data_offsets") }
    guard offsets[0] <= offsets[1] else {
      throw failure("ends at byte \(offsets[1]) of the data, before it begins at \(offsets[0])")
    }
    guard let byteCount = type.byteCount(shape: shape) else {
      throw failure(
        "has the shape \(shape) of \(typeName), which is no whole number of bytes "
          + "that fits 64 bits")
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw failure(
        "has \(offsets[1] - offsets[0]) bytes, shape \(shape) of \(typeName) needs \(byteCount)",
        remedy: "the file is damaged - download it again")
    }
    return SafetensorsHeader.Tensor(
      name: name, type: type, shape: shape, dataRange: offsets[0]..<offsets[1])
  }

  /// Sizes from 0 to 2^53, beyond which other readers lose digits.
  private static func readSizes(
    _ reader: inout JSONReader, limit: Int, _ what: String, _ hold: String, _ have: String
  ) throws -> [Int] {
    var sizes: [Int] = []
    try reader.readArray { index, reader in
      guard index < limit else {
        throw reader.failure("\(what) \(have) more than \(limit) numbers")
      }
      let size = try reader.readInt()
      guard 0...(1 << 53) ~= size else {
        throw reader.failure("\(what) \(hold) \(size), expected 0 to 2^53")
      }
      sizes.append(size)
    }
    return sizes
  }
}
