// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINStatistics
import SPINTestSupport
import Testing

/// Dependence against NumPy, and against its definitions written out.
///
/// Tolerance 1e-9: the inverse that the published code takes of a matrix whose largest and smallest
/// eigenvalues lie 1e5 apart loses five digits.
struct DependenceTests {
  private let fixture: StatisticsFixture

  init() throws { fixture = try StatisticsFixture() }

  @Test func measuresMatchNumPy() {
    let object = fixture.object("dependence")
    let x = VectorSample(StatisticsFixture.rows(object["x"]))
    let y = VectorSample(StatisticsFixture.rows(object["y"]))
    #expect(x.count == 17 && x.dimension == 11)
    let rows = StatisticsFixture.rows(object["hsic"])
    #expect(rows.count == 3)
    for row in rows {
      let found = Dependence.hsic(x.squaredDistances, y.squaredDistances, sigma: row[0])
      #expect(isClose(found.value, row[1], 1e-9), "\(row): \(found.value)")
    }
    for row in StatisticsFixture.rows(object["normalized"]) {
      let found = Dependence.normalizedHSIC(
        x.squaredDistances, y.squaredDistances, sigma: row[0], dimension: 11)
      #expect(isClose(found.value, row[1], 1e-9), "\(row): \(found.value)")
    }
    let cka = Dependence.linearCKA(x.squaredDistances, y.squaredDistances)
    #expect(isClose(cka.value, object["cka"].flatMap { Double(json: $0) } ?? .nan, 1e-12))
  }

  @Test func permutedValuesAndTheirSummaryMatchNumPy() {
    let object = fixture.object("dependence")
    let x = VectorSample(StatisticsFixture.rows(object["x"]))
    let vectors = StatisticsFixture.rows(object["y"])
    let y = VectorSample(vectors)
    let measures = [
      Dependence.hsic(x.squaredDistances, y.squaredDistances, sigma: 3),
      Dependence.normalizedHSIC(x.squaredDistances, y.squaredDistances, sigma: 3, dimension: 11),
      Dependence.linearCKA(x.squaredDistances, y.squaredDistances),
    ]
    let permuted = StatisticsFixture.rows(object["permuted"])
    let summary = StatisticsFixture.rows(object["summary"])
    #expect(permuted.count == 50 && summary.count == 3)
    var random = SeededGenerator(seed: 5)
    for (index, measure) in measures.enumerated() {
      let test = PermutationTest(value: measure.value, permuted: permuted.map { $0[index] })
      let expected = summary[index]
      #expect(isClose(test.mean, expected[0], 1e-12))
      for (share, place) in [(0.05, 1), (0.5, 2), (0.95, 3)] {
        #expect(isClose(test.quantile(share), expected[place], 1e-12))
      }
      #expect(test.pValue == expected[4])
      // Another pairing is the same as other vectors in that order.
      let pairing = Array((0..<17).shuffled(using: &random))
      let moved = VectorSample(pairing.map { vectors[$0] })
      let again = [
        Dependence.hsic(x.squaredDistances, moved.squaredDistances, sigma: 3),
        Dependence.normalizedHSIC(
          x.squaredDistances, moved.squaredDistances, sigma: 3, dimension: 11),
        Dependence.linearCKA(x.squaredDistances, moved.squaredDistances),
      ][index]
      #expect(isClose(measure.value(pairing: pairing), again.value, 1e-11))
    }
  }

  @Test func measuresAreTheirDefinitions() {
    var random = SeededGenerator(seed: 3)
    for (n, d) in [(2, 1), (3, 7), (9, 8), (12, 9), (20, 33)] {
      let x = (0..<n).map { _ in doubles(random.floats(d)) }
      let y = (0..<n).map { _ in doubles(random.floats(d)) }
      let (a, b) = (VectorSample(x), VectorSample(y))
      let naive = NaiveDependence(x, y)
      let hsic = Dependence.hsic(a.squaredDistances, b.squaredDistances, sigma: 0.8)
      #expect(isClose(hsic.value, naive.hsic(sigma: 0.8), 1e-11), "\(n)x\(d)")
      let normalized = Dependence.normalizedHSIC(
        a.squaredDistances, b.squaredDistances, sigma: 0.8, dimension: d)
      #expect(isClose(normalized.value, naive.normalizedHSIC(sigma: 0.8), 1e-9), "\(n)x\(d)")
      let cka = Dependence.linearCKA(a.squaredDistances, b.squaredDistances)
      #expect(isClose(cka.value, naive.linearCKA, 1e-11), "\(n)x\(d)")
      #expect(cka.value > 0 && cka.value < 1 + 1e-12)
      #expect(hsic.value > 0 && normalized.value > 0 && normalized.value < Double(n - 1))
    }
  }

  @Test func scaleAloneShrinksHSICAndNotAlignment() {
    var random = SeededGenerator(seed: 8)
    let x = (0..<15).map { _ in doubles(random.floats(6)) }
    let y = (0..<15).map { _ in doubles(random.floats(6)) }
    func values(_ scale: Double) -> (hsic: Double, cka: Double) {
      let a = VectorSample(x.map { $0.map { $0 * scale } })
      let b = VectorSample(y.map { $0.map { $0 * scale } })
      return (
        Dependence.hsic(a.squaredDistances, b.squaredDistances, sigma: 50).value,
        Dependence.linearCKA(a.squaredDistances, b.squaredDistances).value
      )
    }
    let (whole, half) = (values(1), values(0.5))
    // The fourth power of the scale, but for what the kernel is not linear: |x|^2 / (4 sigma^2).
    #expect(isClose(half.hsic * 16, whole.hsic, 2e-3))
    #expect(isClose(half.cka, whole.cka, 1e-12))
  }

  @Test func whatDoesNotVaryDependsOnNothing() {
    // A third of 0.1 three times is not 0.1: equal vectors are nonetheless without any variance.
    let constant = VectorSample([[0.1, 2], [0.1, 2], [0.1, 2]])
    let other = VectorSample([[1, 2], [3, 4], [0, 9]])
    #expect(
      Dependence.hsic(constant.squaredDistances, other.squaredDistances, sigma: 1).value == 0)
    #expect(
      Dependence.normalizedHSIC(
        constant.squaredDistances, other.squaredDistances, sigma: 1, dimension: 2
      ).value == 0)
    let cka = Dependence.linearCKA(constant.squaredDistances, other.squaredDistances)
    #expect(cka.value == 0)
    let test = PermutationTest(cka, pairings: [[1, 0, 2], [2, 1, 0]])
    #expect(test.pValue == 1 && test.twoSidedPValue == 1)
    let nothing = PermutationTest(value: .nan, permuted: [.nan, .nan])
    #expect(nothing.pValue == 1 && nothing.twoSidedPValue == 1)
  }

  @Test func pValuesCountThePairsThemselves() {
    let test = PermutationTest(value: 3, permuted: [1, 2, 3, 4])
    #expect(test.pValue == 3.0 / 5)
    #expect(test.twoSidedPValue == 1)
    #expect(PermutationTest(value: 9, permuted: [1, 2, 3, 4]).pValue == 0.2)
    #expect(PermutationTest(value: 0, permuted: [1, 2, 3, 4]).twoSidedPValue == 0.4)
    // A value that is smaller by rounding alone is no smaller.
    #expect(PermutationTest(value: 0.3, permuted: [0.1 + 0.2, 0.3.nextDown]).pValue == 1)
  }

  @Test func dependenceIsFound() {
    var random = SeededGenerator(seed: 6)
    let x = (0..<30).map { _ in doubles(random.floats(4)) }
    let y = x.map { $0.map { abs($0) } }
    let (a, b) = (VectorSample(x), VectorSample(y))
    let pairings = (0..<99).map { _ in Array((0..<30).shuffled(using: &random)) }
    // |x| does not go with x linearly, but depends on it.
    let hsic = Dependence.hsic(a.squaredDistances, b.squaredDistances, sigma: 0.5)
    #expect(PermutationTest(hsic, pairings: pairings).pValue == 0.01)
  }
}

/// The definitions with every matrix written out.
private struct NaiveDependence {
  let x, y: [[Double]]

  init(_ x: [[Double]], _ y: [[Double]]) { (self.x, self.y) = (x, y) }

  private var n: Int { x.count }
  private var centering: [[Double]] {
    (0..<n).map { i in (0..<n).map { (i == $0 ? 1 : 0) - 1 / Double(n) } }
  }

  func hsic(sigma: Double) -> Double {
    let h = centering
    let denominator = 2 * sigma * sigma
    let product = naiveProduct(
      naiveProduct(kernel(x, denominator), h), naiveProduct(kernel(y, denominator), h))
    return (0..<n).reduce(0) { $0 + product[$1][$1] } / Double((n - 1) * (n - 1))
  }

  func normalizedHSIC(sigma: Double) -> Double {
    func ratio(_ v: [[Double]]) -> [[Double]] {
      let k = naiveProduct(kernel(v, 2 * sigma * sigma * Double(v[0].count)), centering)
      var ridged = k
      for i in 0..<n { ridged[i][i] += 1e-5 * Double(n) }
      return naiveProduct(k, naiveInverse(ridged))
    }
    let product = naiveProduct(ratio(x), ratio(y))
    return (0..<n).reduce(0) { $0 + product[$1][$1] }
  }

  var linearCKA: Double {
    func centered(_ v: [[Double]]) -> [[Double]] { naiveProduct(centering, v) }
    func norm(_ m: [[Double]]) -> Double { m.joined().reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let (a, b) = (centered(x), centered(y))
    let cross = norm(naiveProduct(transposed(b), a))
    return cross * cross
      / (norm(naiveProduct(transposed(a), a)) * norm(naiveProduct(transposed(b), b)))
  }

  private func kernel(_ v: [[Double]], _ denominator: Double) -> [[Double]] {
    v.map { a in
      v.map { b in exp(-zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / denominator) }
    }
  }

  private func transposed(_ m: [[Double]]) -> [[Double]] {
    m[0].indices.map { column in m.map { $0[column] } }
  }
}

/// The product of two matrices.
func naiveProduct(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  a.map { row in
    b[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } }
  }
}

/// The inverse by Gauss and Jordan, with the largest pivot.
func naiveInverse(_ matrix: [[Double]]) -> [[Double]] {
  let n = matrix.count
  var rows = (0..<n).map { i in matrix[i] + (0..<n).map { $0 == i ? 1 : 0 } }
  for column in 0..<n {
    let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
    rows.swapAt(pivot, column)
    let factor = rows[column][column]
    rows[column] = rows[column].map { $0 / factor }
    for row in 0..<n where row != column {
      let factor = rows[row][column]
      rows[row] = zip(rows[row], rows[column]).map { $0 - factor * $1 }
    }
  }
  return rows.map { Array($0[n...]) }
}
