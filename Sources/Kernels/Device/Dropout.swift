// SPDX-License-Identifier: Apache-2.0

/// Dropout: each element becomes zero with some probability, and the others are scaled so that the
/// expectation does not change.
///
///     y = x * keep / (1 - rate),   dx = dy * keep / (1 - rate)
///
/// Whether an element is retained follows from its index alone, so forward and backward, threads and
/// batches agree without a mask in memory.
public struct Dropout: Sendable {
  /// The probability of becoming zero.
  public let rate: Float
  /// The numbers that decide.
  package let generator: CounterGenerator
  /// An element is retained where its 32 bits are at least this.
  package let threshold: UInt64
  /// The factor of retained elements, 1 / (1 - rate).
  package let factor: Float

  /// - Parameters:
  ///   - rate: At least 0 and below 1.
  ///   - generator: The numbers of the tensor in its step.
  public init(rate: Float, generator: CounterGenerator) {
    precondition(rate >= 0 && rate < 1, "rate outside 0..<1")
    self.rate = rate
    self.generator = generator
    threshold = UInt64(Double(rate) * 0x1p32)
    factor = 1 / (1 - rate)
  }

  /// y of the above for neighboring rows of the tensor.
  ///
  /// - Parameters:
  ///   - input: `[T, K]`.
  ///   - firstRow: The index of its first row in the whole tensor.
  ///   - result: `[T, K]`; may be the input.
  ///   - accumulates: Whether the result is added to.
  ///   - device: Where to compute.
  public func apply(
    _ input: MatrixView, firstRow: Int, result: MatrixView, accumulates: Bool = false,
    on device: any Device
  ) {
    precondition(result.rows == input.rows && result.columns == input.columns, "result: shape")
    device.drop(
      input, self, rows: Array(firstRow..<firstRow + input.rows), result: result,
      accumulates: accumulates)
  }

  /// y of the above for any rows of the tensor, in place.
  ///
  /// - Parameters:
  ///   - matrix: `[T, K]`.
  ///   - places: The index of each row in the whole tensor.
  ///   - device: Where to compute.
  public func apply(to matrix: MatrixView, places: [Int], on device: any Device) {
    precondition(places.count == matrix.rows, "places: count")
    device.drop(matrix, self, rows: places, result: matrix, accumulates: false)
  }
}
