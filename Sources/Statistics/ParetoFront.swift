// SPDX-License-Identifier: Apache-2.0

/// Which of several choices no other one beats.
public enum ParetoFront {
  /// Whether each choice is on the front.
  ///
  /// It is where no other is at least as good in everything and better in something; equal choices
  /// are on it together.
  ///
  /// - Parameter values: One row a choice, equally long, more is better in each column; none a NaN.
  /// - Complexity: O(n^2) in the number of choices.
  public static func members(_ values: [[Double]]) -> [Bool] {
    precondition(Set(values.map(\.count)).count <= 1, "values: rows of different length")
    return values.map { own in
      !values.contains { other in
        zip(other, own).allSatisfy { $0 >= $1 } && zip(other, own).contains { $0 > $1 }
      }
    }
  }
}
