// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// How the weights of two checkpoints differ, bit by bit.
public struct CheckpointDifference: Sendable {
  /// The differing elements of one tensor.
  public struct Tensor: Sendable {
    /// The tensor's name.
    public let name: String
    /// Its element type as the file spells it.
    public let elementTypeName: String
    /// Its sizes, outermost first.
    public let shape: [Int]
    /// The number of elements that differ.
    public let count: Int
    /// The flat indices of the elements that differ, ascending, as many as were kept.
    public let indices: [Int]
  }

  /// A tensor that both have with another shape or type.
  public struct Mismatch: Sendable, Equatable {
    /// The tensor's name.
    public let name: String
    /// Type and shape in the first checkpoint, as "BF16 [2, 3]".
    public let first: String
    /// Type and shape in the second checkpoint.
    public let second: String
  }

  /// Tensors whose elements differ, by name.
  public let tensors: [Tensor]
  /// Tensors that only the first checkpoint has.
  public let onlyInFirst: [String]
  /// Tensors that only the second checkpoint has.
  public let onlyInSecond: [String]
  /// Tensors that both have with another shape or type.
  public let mismatches: [Mismatch]
  /// The number of elements that differ.
  public var count: Int { tensors.reduce(0) { $0 + $1.count } }
  /// Whether the checkpoints hold the same tensors with the same bits.
  public var isEmpty: Bool {
    tensors.isEmpty && onlyInFirst.isEmpty && onlyInSecond.isEmpty && mismatches.isEmpty
  }
  private let first: ModelDirectory
  private let second: ModelDirectory

  /// Compares two checkpoints, reading both once front to back.
  ///
  /// - Parameters:
  ///   - first: A checkpoint.
  ///   - second: Another, whose tensors may lie in other files.
  ///   - keeping: How many indices to keep per tensor.
  public init(
    _ first: ModelDirectory, _ second: ModelDirectory, keeping limit: Int = 100_000
  ) throws {
    self.first = first
    self.second = second
    onlyInFirst = first.tensors.keys.filter { second.tensors[$0] == nil }.sorted()
    onlyInSecond = second.tensors.keys.filter { first.tensors[$0] == nil }.sorted()
    var tensors: [Tensor] = []
    var mismatches: [Mismatch] = []
    for name in first.tensors.keys.sorted() {
      guard let left = first.tensors[name], let right = second.tensors[name] else { continue }
      guard left.shape == right.shape, left.type == right.type else {
        mismatches.append(
          Mismatch(
            name: name, first: "\(left.elementTypeName) \(left.shape)",
            second: "\(right.elementTypeName) \(right.shape)"))
        continue
      }
      let (count, indices) = Self.compare(left, right, keeping: limit)
      if count > 0 {
        tensors.append(
          Tensor(
            name: name, elementTypeName: left.elementTypeName, shape: left.shape, count: count,
            indices: indices))
      }
    }
    self.tensors = tensors
    self.mismatches = mismatches
  }

  /// Elements below a byte are compared byte by byte.
  private static func compare(
    _ left: TensorEntry, _ right: TensorEntry, keeping limit: Int
  ) -> (count: Int, indices: [Int]) {
    let size = max(1, left.type.bitCount / 8)
    let piece = (1 << 20) / size * size
    var count = 0
    var indices: [Int] = []
    for start in stride(from: 0, to: left.byteRange.count, by: piece) {
      let length = min(piece, left.byteRange.count - start)
      let leftStart = left.byteRange.lowerBound + start
      let rightStart = right.byteRange.lowerBound + start
      left.file.withBytes(leftStart..<leftStart + length) { leftBytes in
        right.file.withBytes(rightStart..<rightStart + length) { rightBytes in
          guard !leftBytes.isEqual(to: rightBytes) else { return }
          for offset in stride(from: 0, to: length, by: size)
          where (0..<size).contains(where: {
            leftBytes.byte(at: offset + $0) != rightBytes.byte(at: offset + $0)
          }) {
            count += 1
            if indices.count < limit { indices.append((start + offset) / size) }
          }
        }
      }
      left.file.releasePages(leftStart..<leftStart + length)
      right.file.releasePages(rightStart..<rightStart + length)
    }
    return (count, indices)
  }

  /// The differing elements of a tensor with their values, where its type is computed on.
  public func values(of tensor: Tensor, first limit: Int) -> [(index: Int, Float, Float)] {
    guard let left = first.tensors[tensor.name], let right = second.tensors[tensor.name],
      let type = left.elementType
    else { return [] }
    let indices = Array(tensor.indices.prefix(limit))
    return zip(indices, zip(left.bits(at: indices, type), right.bits(at: indices, type))).map {
      ($0, type.value(ofBits: $1.0), type.value(ofBits: $1.1))
    }
  }

  /// The patch that makes the second checkpoint of the first.
  ///
  /// - Throws: `SPINError` with code `malformedInput` where more than single elements of plain
  ///   numbers differ.
  public func patch(name: String? = nil, toolVersion: String) throws -> Patch {
    guard onlyInFirst.isEmpty, onlyInSecond.isEmpty, mismatches.isEmpty,
      tensors.allSatisfy({ $0.count == $0.indices.count })
    else {
      throw SPINError(
        .malformedInput, at: second.path,
        "differs from \(first.path) in more than a patch can say: whole tensors, or too many weights",
        remedy: "a patch is for a model with few edited weights")
    }
    let patched = try tensors.map { tensor in
      let (left, right) = (try first.tensor(tensor.name), try second.tensor(tensor.name))
      let type = try left.editableType()
      return Patch.Tensor(
        name: tensor.name, elementType: type, shape: tensor.shape, indices: tensor.indices,
        old: left.bits(at: tensor.indices, type), new: right.bits(at: tensor.indices, type))
    }
    let hashes = try first.fileHashes()
    return Patch(
      base: Patch.Base(
        modelHash: ModelDirectory.modelHash(of: hashes), files: hashes,
        name: name ?? first.origin?.repository,
        origin: first.origin?.statement),
      scale: nil, provenance: ["source": "diff"], tensors: patched,
      filesAfter: try Patch.hashesAfter(patched, first, before: hashes), toolVersion: toolVersion)
  }
}
