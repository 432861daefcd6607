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

  /// y of the above for neighboring rows of the tensor.
  ///
  /// - Parameters:
  ///   - input: `[T, K]`.
  ///   - firstRow: The place of its first row in the whole tensor.
  ///   - result: `[T, K]`; may be the input.
  ///   - accumulates: Whether the result is added to.
  ///   - compute: Where to compute.
  public func apply(
    _ input: MatrixView, firstRow: Int, result: MatrixView, accumulates: Bool = false,
    on compute: Compute
  ) {
    apply(input, place: { firstRow + $0 }, result: result, accumulates: accumulates, on: compute)
  }

  /// y of the above for any rows of the tensor, in place.
  ///
  /// - Parameters:
  ///   - matrix: `[T, K]`.
  ///   - places: The place of each row in the whole tensor.
  ///   - compute: Where to compute.
  public func apply(to matrix: MatrixView, places: [Int], on compute: Compute) {
    precondition(places.count == matrix.rows, "places: count")
    apply(matrix, place: { places[$0] }, result: matrix, accumulates: false, on: compute)
  }

  private func apply(
    _ input: MatrixView, place: (_ row: Int) -> Int, result: MatrixView, accumulates: Bool,
    on compute: Compute
  ) {
    precondition(result.rows == input.rows && result.columns == input.columns, "result: shape")
    let columns = input.columns
    compute.forEachRowBlock(input.rows) { rows in
      for row in rows {
        let (values, target) = unsafe (input.pointer(row: row), result.pointer(row: row))
        let start = place(row) * columns
        var column = 0
        while column < columns {
          let element = start + column
          let bits = generator.block(UInt64(element / 4))
          for lane in element % 4..<min(4, element % 4 + columns - column) {
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
