// SPDX-License-Identifier: Apache-2.0

/// Which weights of a matrix are selected: `--rule`.
///
/// A and B are the top weights of the two data sets of the pair, G those of general ability; in the
/// reference A is privacy and B fairness.
///
/// Source: Qian et al. 2025, "The Tug of War Within", arXiv:2410.16672.
public enum SelectionRule: String, Sendable, CaseIterable {
  /// (A and B) minus G: the coupled weights as the paper defines them.
  case paper
  /// The weights that the authors' program zeroes.
  ///
  /// With a and b the indices of A and B in ascending order, it is every a[r] where neither a[r]
  /// nor b[r] is in G: the program joins two masks by position, so it never checks whether a weight
  /// of A is in B. It is not symmetric in A and B.
  ///
  /// - Note: ChnQ/SPIN d708d83, src/SPIN.py. There p has to equal q; here it does not.
  case releasedCode = "released-code"
  /// A and B, nothing subtracted.
  case noGeneral = "no-general"
  /// (A or B) minus G.
  case union
  /// A minus G.
  case first
  /// B minus G.
  case second
  /// A control: as many weights as `paper` selects in the matrix, the top ones of G's order.
  case generalOnly = "general-only"
  /// A control: as many weights as `paper` selects in the matrix, drawn at random outside G.
  case random

  /// Whether the rule is a control, there to compare with and not to be used.
  public var isControl: Bool { self == .generalOnly || self == .random }
}
