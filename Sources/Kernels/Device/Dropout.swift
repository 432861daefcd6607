// SPDX-License-Identifier: Apache-2.0

/// Dropout: sets each element to zero with a given probability and scales the others so that the
/// expectation does not change.
///
///     y = x * keep / (1 - rate),   dx = dy * keep / (1 - rate)     (keep is 0 or 1)
///
/// Whether an element is retained depends only on its index in the tensor, so forward and backward
/// passes agree, whatever the threads and batches, without a mask in memory.
public struct Dropout: Sendable {
  /// The probability with which an element becomes zero.
  public let rate: Float
  /// The random numbers of the tensor in its step.
  package let generator: CounterGenerator
  /// An element is retained if its 32 random bits, as an integer, are at least this.
  package let threshold: UInt64
  /// The factor of retained elements, 1 / (1 - rate).
  package let factor: Float

  /// Dropout of a tensor in a step.
  ///
  /// - Parameters:
  ///   - rate: At least 0 and below 1.
  ///   - generator: The random numbers of the tensor in its step.
  public init(rate: Float, generator: CounterGenerator) {
    precondition(rate >= 0 && rate < 1, "rate outside 0..<1")
    self.rate = rate
    self.generator = generator
    threshold = UInt64(Double(rate) * 0x1p32)
    factor = 1 / (1 - rate)
  }

  /// Computes y for consecutive rows of the tensor.
  ///
  /// - Parameters:
  ///   - input: `[T, K]`.
  ///   - firstRow: The index of the first row of `input` in the whole tensor.
  ///   - result: `[T, K]`; may be the input.
  ///   - accumulates: Whether y is added to the result instead of replacing it.
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

  /// Computes y for any rows of the tensor, in place.
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
