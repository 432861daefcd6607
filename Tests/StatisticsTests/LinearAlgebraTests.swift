// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStatistics
import SPINTestSupport
import Testing

struct LinearAlgebraTests {
  /// Against SciPy; the matrices' largest eigenvalues are some thousand times the smallest.
  @Test func solutionsMatchSciPy() throws {
    let cases = try StatisticsFixture().cases("systems").compactMap(\.object)
    #expect(cases.count == 4)
    for object in cases {
      let n: Int = try object.required("n")
      let a = StatisticsFixture.numbers(object["a"])
      let factor = CholeskyFactor(SymmetricMatrix(order: n) { a[$0 * n + $1] })
      let found = factor?.solve(
        StatisticsFixture.numbers(object["b"]), columnCount: try object.required("m"))
      #expect(
        normalizedError(found ?? [], StatisticsFixture.numbers(object["x"])) < 1e-11, "\(n)")
    }
  }

  @Test func solutionsAreThoseOfGaussAndJordan() throws {
    var random = SeededGenerator(seed: 1)
    for n in [1, 2, 7, 16, 40] {
      let root = (0..<n).map { _ in doubles(random.floats(n)) }
      let matrix = SymmetricMatrix(order: n) { i, j in
        zip(root[i], root[j]).reduce(i == j ? 0.1 : 0) { $0 + $1.0 * $1.1 }
      }
      let inverse = naiveInverse((0..<n).map { i in (0..<n).map { matrix[i, $0] } })
      let identity = (0..<n).flatMap { i in (0..<n).map { $0 == i ? 1.0 : 0.0 } }
      let found = try #require(CholeskyFactor(matrix)).solve(identity, columnCount: n)
      #expect(normalizedError(found, inverse.flatMap(\.self)) < 1e-10, "\(n)")
    }
  }

  @Test func matricesThatAreNotPositiveDefiniteHaveNoFactor() {
    #expect(!isDefinite(SymmetricMatrix(order: 2) { $0 == $1 ? 1 : 2 }))
    #expect(!isDefinite(SymmetricMatrix(order: 1) { _, _ in 0 }))
    #expect(!isDefinite(SymmetricMatrix(order: 2) { _, _ in .nan }))
    let four = SymmetricMatrix(order: 1) { _, _ in 4 }
    #expect(CholeskyFactor(four)?.solve([6], columnCount: 1) == [1.5])
  }

  @Test func centeringTakesAllMeansAndAnyConstant() {
    var random = SeededGenerator(seed: 4)
    let matrix = SymmetricMatrix(order: 9) { _, _ in Double(random.nextFloat()) }
    let centered = matrix.centered
    for row in 0..<9 {
      #expect(abs((0..<9).reduce(0) { $0 + centered[row, $1] }) < 1e-15)
    }
    let shifted = SymmetricMatrix(order: 9) { matrix[$0, $1] + 3 }.centered
    #expect(normalizedError(shifted.elements, centered.elements) < 1e-14)
  }

  private func isDefinite(_ matrix: SymmetricMatrix) -> Bool { CholeskyFactor(matrix) != nil }
}
