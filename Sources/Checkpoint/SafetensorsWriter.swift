// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Writes a safetensors file as the reference implementation would: by type rank, then name, the
/// header padded to eight bytes.
///
/// The file appears under its name when `finish` returns, whole and durable, or not at all.
package final class SafetensorsWriter {
  /// What a tensor will be.
  package struct Tensor: Sendable {
    /// The name of the tensor.
    package let name: String
    /// The element type of the tensor.
    package let type: SafetensorsType
    /// Its sizes, outermost first.
    package let shape: [Int]

    /// Describes a tensor.
    package init(name: String, type: SafetensorsType, shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }
  }

  /// The names in the order of the file; writing in that order writes the file front to back.
  package let order: [String]
  private let output: OutputFile
  private let path: String
  private let tensors: [String: Tensor]
  private let nonFinite: NonFinitePolicy
  private let ranges: [String: Range<Int>]
  private var written: [String: Int] = [:]

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where it will appear.
  ///   - tensors: All tensors, in any order.
  ///   - metadata: Strings for `__metadata__`, after `format`, without which transformers refuses a
  ///     file.
  ///   - nonFinite: What becomes of NaN and infinity.
  /// - Precondition: names are unique and not empty, and sizes are whole bytes.
  package init(
    path: String, tensors: [Tensor], metadata: [(key: String, value: String)] = [],
    nonFinite: NonFinitePolicy = .refused()
  ) throws {
    let sorted = tensors.sorted { left, right in
      left.type.rank != right.type.rank
        ? left.type.rank > right.type.rank
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    var ranges: [String: Range<Int>] = [:]
    var end = 0
    var object = JSONObject()
    var strings: JSONObject = ["format": "pt"]
    for (key, value) in metadata { strings[key] = .string(value) }
    object["__metadata__"] = .object(strings)
    for tensor in sorted {
      guard let count = tensor.type.byteCount(shape: tensor.shape) else {
        preconditionFailure("tensor \(tensor.name) has no whole number of bytes")
      }
      let (next, overflow) = end.addingReportingOverflow(count)
      precondition(
        !overflow && object[tensor.name] == nil && !tensor.name.isEmpty, "bad tensor list")
      object[tensor.name] = [
        "dtype": .string(tensor.type.rawValue),
        "shape": .array(tensor.shape.map { JSON($0) }),
        "data_offsets": [JSON(end), JSON(next)],
      ]
      ranges[tensor.name] = end..<next
      end = next
    }
    var header = Array(JSON.object(object).serialized(indented: false).utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var prefix: [UInt8] = []
    prefix.append(littleEndian: UInt64(header.count))
    let dataOffset = prefix.count + header.count
    order = sorted.map(\.name)
    self.ranges = ranges.mapValues { $0.lowerBound + dataOffset..<$0.upperBound + dataOffset }
    self.path = path
    self.nonFinite = nonFinite
    self.tensors = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    output = try OutputFile(path: path)
    try output.write(prefix + header)
  }

  /// Adds bytes to a tensor, after those already added to it: whole elements.
  ///
  /// - Throws: `SPINError` where they hold NaN or infinity, and that is refused.
  package func write(_ bytes: RawSpan, to name: String) throws {
    guard let range = ranges[name], let tensor = tensors[name] else {
      preconditionFailure("no tensor \(name) was announced")
    }
    let done = written[name, default: 0]
    precondition(done + bytes.byteCount <= range.count, "more bytes than tensor \(name) takes")
    try nonFinite.check(bytes, of: tensor, at: done, path: path)
    try output.write(bytes, at: range.lowerBound + done)
    written[name] = done + bytes.byteCount
  }

  /// Adds bytes to a tensor, after those already added to it.
  package func write(_ bytes: [UInt8], to name: String) throws {
    try bytes.withRawSpan { try write($0, to: name) }
  }

  /// Makes the file durable and gives it its name.
  ///
  /// - Precondition: every tensor was written in full.
  package func finish() throws {
    for (name, range) in ranges {
      precondition(written[name, default: 0] == range.count, "tensor \(name) is not complete")
    }
    try output.commit()
  }
}
