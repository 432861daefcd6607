// SPDX-License-Identifier: Apache-2.0

/// Items in two parts: one to choose by, one to report on.
///
/// What is chosen because it did best on some items looks better on them than it is; the other items
/// tell the truth. Items that repeat each other's text go to the same part.
public struct HoldoutSplit: Sendable, Hashable {
  /// The items to choose by, ascending.
  public let validation: [Int]
  /// The items to report on, ascending.
  public let test: [Int]

  /// Splits texts.
  ///
  /// Groups of equal texts, in the order of `numpy.random.default_rng(seed).permutation`, go to the
  /// validation part until it holds at least the share.
  ///
  /// - Parameters:
  ///   - texts: The items; equal up to case, punctuation and whitespace counts as equal.
  ///   - share: The part of the items to choose by, between 0 and 1.
  ///   - seed: Of the permutation.
  public init(_ texts: [String], share: Double = 0.5, seed: UInt64 = 0) {
    precondition(share > 0 && share < 1, "share must be between 0 and 1")
    var groups: [[Int]] = []
    var places: [String: Int] = [:]
    for (index, text) in texts.enumerated() {
      let key = PromptOverlap.normalized(text)
      // Texts of punctuation only are compared unchanged.
      let place = places[key.isEmpty ? "\u{0}" + text : key, default: groups.count]
      if place == groups.count {
        places[key.isEmpty ? "\u{0}" + text : key] = place
        groups.append([])
      }
      groups[place].append(index)
    }
    var generator = NumPyGenerator(seed: seed)
    var validation: [Int] = []
    var test: [Int] = []
    for group in generator.permutation(groups.count) {
      if Double(validation.count) < share * Double(texts.count) {
        validation += groups[group]
      } else {
        test += groups[group]
      }
    }
    self.validation = validation.sorted()
    self.test = test.sorted()
  }
}
