// SPDX-License-Identifier: Apache-2.0

/// Dropout: each element becomes zero with some probability, and the others are scaled so that the
/// expectation stays.
///
///     y = x * keep / (1 - rate),   dx = dy * keep / (1 - rate)
///
/// Whether an element is kept follows from its place alone, so forward and backward, threads and
/// batches agree without a mask in memory.
public struct Dropout: Sendable {
  /// The probability of becoming zero.
  public let rate: Float
  private let generator: CounterGenerator
  private let threshold: UInt64
  private let factor: Float

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

  /// y of the above for some rows of the tensor.
  ///
  /// - Parameters:
  ///   - input: `[T, K]`.
  ///   - firstRow: The place of its first row in the whole tensor.
  ///   - result: `[T, K]`; may be the input.
  ///   - accumulates: Whether the result is added to.
  public func apply(
    _ input: MatrixView, firstRow: Int, result: MatrixView, accumulates: Bool = false,
    on compute: Compute
  ) {
    precondition(result.rows == input.rows && result.columns == input.columns, "result: shape")
    let columns = input.columns
    compute.forEachRowBlock(input.rows) { rows in
      for row in rows {
        let (values, target) = unsafe (input.pointer(row: row), result.pointer(row: row))
        let start = (firstRow + row) * columns
        var column = 0
        while column < columns {
          let place = start + column
          let bits = generator.block(UInt64(place / 4))
          for lane in place % 4..<min(4, place % 4 + columns - column) {
            let kept = UInt64(bits[lane]) >= threshold
            let value = unsafe kept ? values[column] * factor : 0
            unsafe target[column] = accumulates ? target[column] + value : value
            column += 1
          }
        }
      }
    }
  }
}
