// SPDX-License-Identifier: Apache-2.0

/// Vectors of one length, such as a hidden state of each of n texts.
///
/// Sums over components run in eight interleaved chains, which are added from the first to the last:
/// one order on every machine.
public struct VectorSample: Sendable, Equatable {
  /// How many vectors: n.
  public let count: Int
  /// Their length: d.
  public let dimension: Int
  /// Each vector in blocks of eight, the last filled up with zeros.
  private let blocks: [SIMD8<Double>]

  private var width: Int { (dimension + 7) / 8 }

  /// - Parameter vectors: At least one, all of one length of at least 1.
  public init(_ vectors: [[Double]]) {
    precondition(!vectors.isEmpty && !vectors[0].isEmpty, "no vectors")
    let dimension = vectors[0].count
    precondition(vectors.allSatisfy { $0.count == dimension }, "vectors of different lengths")
    self.dimension = dimension
    count = vectors.count
    var blocks: [SIMD8<Double>] = []
    blocks.reserveCapacity(vectors.count * ((dimension + 7) / 8))
    for vector in vectors {
      for start in stride(from: 0, to: dimension, by: 8) {
        var block = SIMD8<Double>.zero
        for lane in 0..<min(8, dimension - start) { block[lane] = vector[start + lane] }
        blocks.append(block)
      }
    }
    self.blocks = blocks
  }

  /// |x_i - x_j|^2 of all vectors.
  ///
  /// From the differences themselves, not from inner products: near vectors keep their digits.
  public var squaredDistances: SymmetricMatrix {
    SymmetricMatrix(order: count) { row, column in
      var sum = SIMD8<Double>.zero
      for block in 0..<width {
        let difference = blocks[row * width + block] - blocks[column * width + block]
        sum += difference * difference
      }
      return Self.total(sum)
    }
  }

  private static func total(_ lanes: SIMD8<Double>) -> Double {
    var sum = lanes[0]
    for lane in 1..<8 { sum += lanes[lane] }
    return sum
  }
}
