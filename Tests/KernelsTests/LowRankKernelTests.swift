// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

/// What low-rank changes need besides products, against double precision and against their places.
struct LowRankKernelTests {
  private let device = CPUDevice(threadCount: 2)

  @Test(arguments: [1, 15, 16, 17, 100]) func rowNormsAreThoseOfDoublePrecision(
    _ columns: Int
  ) throws {
    var generator = SeededGenerator(seed: UInt64(columns))
    let matrix = MatrixView(generator.floats(70 * columns), rows: 70, columns: columns)
    let norms = device.rowNorms(matrix)
    for row in 0..<70 {
      let squares = (0..<columns).reduce(0.0) {
        $0 + Double(matrix[row, $1]) * Double(matrix[row, $1])
      }
      // Rounded once: half a unit in the last place, and what the order of doubles may add.
      #expect(abs(norms[row] - Float(squares.squareRoot())) <= norms[row].ulp)
    }
  }

  /// dg = sum over rows of dy x / divisor: the naive sum, and the difference of sum(dy g x / divisor).
  @Test(arguments: [1, 63, 64, 65, 130]) func columnFactorGradientMatchesTheNaiveSum(
    _ columns: Int
  ) {
    var generator = SeededGenerator(seed: 3)
    let x = MatrixView(generator.floats(9 * columns), rows: 9, columns: columns)
    let dy = MatrixView(generator.floats(9 * columns), rows: 9, columns: columns)
    let divisors = FloatBuffer(generator.floats(columns).map { $0 + 2 })
    let result = FloatBuffer(generator.floats(columns))
    let before = result.values
    device.addColumnFactorGradient(
      x, outputGradient: dy, divisors: divisors, samples: [0..<4, 4..<4, 4..<9], to: result)
    let expected = (0..<columns).map { column in
      Double(before[column])
        + (0..<9).reduce(0.0) {
          $0 + Double(dy[$1, column]) * Double(x[$1, column]) / Double(divisors[column])
        }
    }
    #expect(normalizedError(result.values, expected) < 1e-6)
  }

  @Test func scalingColumnsAddsBiasAndResult() {
    let x = MatrixView([1, 2, 3, 4], rows: 2, columns: 2)
    let result = MatrixView([10, 20, 30, 40], rows: 2, columns: 2)
    let factors = FloatBuffer([2, -1])
    device.scaleColumns(x, by: factors, bias: nil, result: result, accumulates: true)
    #expect(result.values == [12, 18, 36, 36])
    device.scaleColumns(x, by: factors, bias: FloatBuffer([0.5, 1]), result: result)
    #expect(result.values == [2.5, -1, 6.5, -3])
    device.subtract(result, x, result: result)
    #expect(result.values == [1.5, -3, 3.5, -7])
    device.scale(result, by: 2)
    #expect(result.values == [3, -6, 7, -14])
    device.copy(x, to: result)
    #expect(result.values == x.values)
  }

  @Test(arguments: ElementType.allCases) func encodingRoundsToTheNearest(_ type: ElementType) {
    var generator = SeededGenerator(seed: 8)
    let values = generator.floats(35 * 3)
    let bytes = device.encoded(MatrixView(values, rows: 35, columns: 3), as: type)
    #expect(bytes.count == 105 * type.byteCount)
    for (index, value) in values.enumerated() {
      let bits = (0..<type.byteCount).reduce(UInt32(0)) {
        $0 | UInt32(bytes[index * type.byteCount + $1]) << UInt32(8 * $1)
      }
      let expected: UInt32 =
        switch type {
        case .float32: value.bitPattern
        case .float16: UInt32(HalfPrecision.float16(value))
        case .bfloat16: UInt32(HalfPrecision.bfloat16(value))
        }
      #expect(bits == expected)
    }
  }

  /// Kept elements are scaled, the others zero, about as many as asked for.
  @Test(arguments: [0.1, 0.5, 0.9] as [Float]) func dropoutKeepsItsExpectation(_ rate: Float) {
    let ones = MatrixView([Float](repeating: 1, count: 40_000), rows: 200, columns: 200)
    let result = MatrixView(rows: 200, columns: 200)
    let dropout = Dropout(rate: rate, generator: CounterGenerator(seed: 5, step: 2, tensor: 3))
    dropout.apply(ones, firstRow: 0, result: result, on: device)
    let values = result.values
    #expect(Set(values) == [0, 1 / (1 - rate)])
    let share = Float(values.count { $0 == 0 }) / 40_000
    // Four standard deviations of the share.
    #expect(abs(share - rate) < 4 * (rate * (1 - rate) / 40_000).squareRoot())
    // The gradient has the same places, and adds.
    dropout.apply(ones, firstRow: 0, result: result, accumulates: true, on: device)
    #expect(result.values == values.map { 2 * $0 })
  }

  /// An element's fate follows from its place: rows taken apart, and widths that cut blocks of four.
  @Test(arguments: [1, 3, 4, 7, 33]) func dropoutDependsOnPlacesAlone(_ columns: Int) {
    var generator = SeededGenerator(seed: 1)
    let x = MatrixView(generator.floats(50 * columns), rows: 50, columns: columns)
    func dropped(_ step: Int, _ tensor: Int, cuts: [Int]) -> [Float] {
      let dropout = Dropout(
        rate: 0.5, generator: CounterGenerator(seed: 9, step: step, tensor: tensor))
      let result = MatrixView(rows: 50, columns: columns)
      for (first, last) in zip([0] + cuts, cuts + [50]) {
        dropout.apply(
          x.rows(first..<last), firstRow: first, result: result.rows(first..<last), on: device)
      }
      return result.values
    }
    let whole = dropped(0, 0, cuts: [])
    #expect(dropped(0, 0, cuts: [1, 2, 30]) == whole)
    #expect(dropped(1, 0, cuts: []) != whole && dropped(0, 1, cuts: []) != whole)
  }

  @Test func uniformNumbersFillTheirRange() {
    let values = FloatBuffer(count: 100_000)
    device.fillUniform(values, bound: 0.25, from: CounterGenerator(seed: 4, tensor: 6))
    let numbers = values.values.map(Double.init)
    #expect(numbers.allSatisfy { abs($0) <= 0.25 })
    let mean = numbers.reduce(0, +) / 100_000
    let square = numbers.reduce(0) { $0 + $1 * $1 } / 100_000
    // The variance of a uniform distribution is its width squared over 12.
    #expect(abs(mean) < 4 * (0.25 / 12.0 / 100_000).squareRoot())
    #expect(abs(square / (0.25 / 12) - 1) < 0.02)
  }
}
