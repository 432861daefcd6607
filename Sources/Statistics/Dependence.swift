// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How much the vectors of two kinds, taken in pairs, depend on each other.
///
///     let measure = Dependence.hsic(x.squaredDistances, y.squaredDistances, sigma: 50)
///     let test = PermutationTest(measure, pairings: pairings)
///     print(test.value, test.pValue)
///
/// Each of the three measures is a sum over all pairs of items,
///
///     value = scale * sum over i, j of A[i][j] * B[p(i)][p(j)]
///
/// with A and B of one kind alone and p the pairing: another pairing costs n^2 and no new matrices.
/// All are 0 or more but for rounding, biased upwards for few items, and 0 where a kind does not
/// vary. None tells which way dependence goes.
public struct Dependence: Sendable {
  private let first, second: SymmetricMatrix
  private let scale: Double

  /// The number of pairs.
  public var count: Int { first.order }

  /// The value where item i is paired with item i.
  public var value: Double { value(pairing: Array(0..<count)) }

  /// The value where item i of the first kind is paired with item `pairing[i]` of the second.
  public func value(pairing: [Int]) -> Double {
    scale * first.product(with: second, pairing: pairing)
  }

  /// HSIC as Gretton and others estimate it.
  ///
  ///     tr(K H L H) / (n - 1)^2,   K[i][j] = exp(-|x_i - x_j|^2 / (2 sigma^2)), L likewise,
  ///     H = I - 1 1' / n
  ///
  /// - Parameters:
  ///   - first: |x_i - x_j|^2, at least two items.
  ///   - second: |y_i - y_j|^2, as many.
  ///   - sigma: The kernel's width, in the units of the vectors; > 0.
  /// - Note: Where distances are small compared with sigma the kernel is nearly linear, and the value shrinks
  ///   with the fourth power of the vectors' scale: a smaller value need not be less dependence.
  /// - Source: Gretton, Bousquet, Smola, Schoelkopf 2005, "Measuring Statistical Dependence with
  ///   Hilbert-Schmidt Norms", definition 2.
  public static func hsic(
    _ first: SymmetricMatrix, _ second: SymmetricMatrix, sigma: Double
  ) -> Dependence {
    precondition(first.order == second.order && first.order >= 2, "at least two pairs")
    precondition(sigma > 0, "sigma must be positive")
    let n = Double(first.order - 1)
    let denominator = 2 * sigma * sigma
    return Dependence(
      first: kernel(first, denominator).centered, second: kernel(second, denominator).centered,
      scale: 1 / (n * n))
  }

  /// HSIC freed of the size of the kernels' directions.
  ///
  ///     sum over i, j of Rx[i][j] * Ry[j][i],   R = Kc (Kc + eps n I)^-1,   Kc = H K H,
  ///     K[i][j] = exp(-|x_i - x_j|^2 / (2 sigma^2 d))
  ///
  /// - Parameters:
  ///   - first: |x_i - x_j|^2, at least two items.
  ///   - second: |y_i - y_j|^2, as many.
  ///   - sigma: The kernel's width for vectors of one component; > 0.
  ///   - dimension: d.
  ///   - ridge: eps; > 0.
  /// - Note: Directions whose share of the kernel is small compared with eps count little, so that this value
  ///   too depends on the vectors' scale. Between 0 and n - 1.
  /// - Source: Fukumizu and others 2007, "Kernel Measures of Conditional Dependence" (NOCCO);
  ///   Ma, Lewis, Kleijn 2019, "The HSIC Bottleneck", `hsic_normalized_cca`. Their code centers K from
  ///   one side, K H; the trace is the same, because R = R H for both.
  public static func normalizedHSIC(
    _ first: SymmetricMatrix, _ second: SymmetricMatrix, sigma: Double, dimension: Int,
    ridge: Double = 1e-5
  ) -> Dependence {
    precondition(first.order == second.order && first.order >= 2, "at least two pairs")
    precondition(sigma > 0 && dimension >= 1 && ridge > 0, "sigma, dimension or ridge")
    let denominator = 2 * sigma * sigma * Double(dimension)
    return Dependence(
      first: normalized(kernel(first, denominator).centered, ridge),
      second: normalized(kernel(second, denominator).centered, ridge), scale: 1)
  }

  /// Linear centered kernel alignment.
  ///
  ///     |Yc' Xc|^2 / (|Xc' Xc| |Yc' Yc|), Frobenius norms, columns centered
  ///
  /// Between 0 and 1, whatever the vectors' scale. The centered inner products X X' are -H D H / 2, D
  /// the squared distances, which gives exact zeros where vectors are equal.
  ///
  /// - Parameters:
  ///   - first: |x_i - x_j|^2, at least two items.
  ///   - second: |y_i - y_j|^2, as many.
  /// - Note: With many components and few items, unrelated vectors too give values near 1: compare
  ///   with other pairings.
  /// - Source: Kornblith, Norouzi, Lee, Hinton 2019, arXiv:1905.00414, section 3.
  public static func linearCKA(
    _ first: SymmetricMatrix, _ second: SymmetricMatrix
  ) -> Dependence {
    precondition(first.order == second.order && first.order >= 2, "at least two pairs")
    let same = Array(0..<first.order)
    // The factors -1/2 cancel.
    let (a, b) = (first.centered, second.centered)
    let norms =
      (a.product(with: a, pairing: same) * b.product(with: b, pairing: same)).squareRoot()
    return Dependence(first: a, second: b, scale: norms > 0 ? 1 / norms : 0)
  }

  /// exp(-distance / denominator) - 1: centering takes the 1 away, and without it the small
  /// differences between near items keep their digits.
  private static func kernel(
    _ distances: SymmetricMatrix, _ denominator: Double
  ) -> SymmetricMatrix {
    SymmetricMatrix(order: distances.order) { expm1(-distances[$0, $1] / denominator) }
  }

  private static func normalized(_ centered: SymmetricMatrix, _ ridge: Double) -> SymmetricMatrix {
    let n = centered.order
    guard let factor = CholeskyFactor(centered.addingToDiagonal(ridge * Double(n))) else {
      preconditionFailure("distances that are not numbers, or of no vectors")
    }
    let r = factor.solve(centered.elements, columnCount: n)
    return SymmetricMatrix(order: n) { (r[$0 * n + $1] + r[$1 * n + $0]) / 2 }
  }
}
