// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How many weights two sets would have in common by chance.
///
/// If the weights of one set were drawn at random from the n of the matrix, without regard to the
/// other, the size of the overlap would follow the hypergeometric distribution.
public struct ChanceOverlap: Sendable, Hashable {
  /// n, the weights of the matrix.
  public let size: Int
  /// The weights of one set.
  public let first: Int
  /// The weights of the other.
  public let second: Int

  /// Describes two sets in a matrix.
  ///
  /// - Precondition: Neither set is larger than the matrix.
  public init(size: Int, first: Int, second: Int) {
    precondition(first >= 0 && second >= 0 && max(first, second) <= size, "sets outside the matrix")
    self.size = size
    self.first = first
    self.second = second
  }

  /// The mean of the overlap: first * second / n.
  public var expected: Double {
    size == 0 ? 0 : Double(first) * Double(second) / Double(size)
  }

  /// The probability of an overlap of `count` or more by chance: the one-sided p-value.
  ///
  /// Terms are summed outwards from `count`, each from the one before by their exact ratio. Above
  /// the mean that is the tail itself; below it, the other tail is summed and taken from 1, so that
  /// the sum never begins with a term that is too small to represent.
  ///
  /// - Complexity: O(first + second).
  /// - Precision: relative error below 1e-11 against exact fractions where the probability is above
  ///   1e-300 (`ChanceOverlapTests`); SciPy's `hypergeom.sf`, through log-gamma, has an error of up to
  ///   9e-9 there. Below the range of Double it is 0.
  public func probability(ofAtLeast count: Int) -> Double {
    let lowest = max(0, first + second - size)
    let highest = min(first, second)
    if count <= lowest { return 1 }
    if count > highest { return 0 }
    if Double(count) > expected {
      var term = 1.0
      var sum = 1.0
      var k = count
      while k < highest, term > sum * 1e-18 {
        term *= ratio(k)
        sum += term
        k += 1
      }
      return min(1, exp(logProbability(of: count) + log(sum)))
    }
    var term = 1.0
    var sum = 1.0
    var k = count - 1
    while k > lowest, term > sum * 1e-18 {
      term /= ratio(k - 1)
      sum += term
      k -= 1
    }
    return max(0, 1 - exp(logProbability(of: count - 1) + log(sum)))
  }

  /// P(k + 1) / P(k).
  private func ratio(_ k: Int) -> Double {
    Double(first - k) * Double(second - k)
      / (Double(k + 1) * Double(size - first - second + k + 1))
  }

  /// The logarithm of the probability of exactly `k`.
  ///
  /// With a and b the sizes of the sets,
  ///
  ///     P(k) = C(b, k) * [a (a-1) .. (a-k+1)] * [(n-a) .. (n-a-b+k+1)] / [n (n-1) .. (n-b+1)]
  ///
  /// as a sum of logarithms of quotients near 1. Log-gamma would lose eight digits to cancellation:
  /// its values are near n log n, 1e9 for a matrix of a large model.
  private func logProbability(of k: Int) -> Double {
    let (a, b) = (max(first, second), min(first, second))
    var sum = 0.0
    for i in 0..<k {
      sum += log(Double(b - i) / Double(i + 1)) + log(Double(a - i) / Double(size - i))
    }
    for i in 0..<(b - k) {
      // log1p of -(a - k) / (n - k - i), the quotient less 1.
      sum += log1p(-Double(a - k) / Double(size - k - i))
    }
    return sum
  }
}
