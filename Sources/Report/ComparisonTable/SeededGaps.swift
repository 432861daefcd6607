// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// Of how many answers a rate of a comparison says little, the fewest and the most of its seeds.
struct SeededGaps: Equatable {
  /// Answers without text.
  let empty: ClosedRange<Int>
  /// Answers that ended at the token limit; nil where unknown.
  let cutOff: ClosedRange<Int>?

  /// Reads a value; nil where it is of no answers, or of a version that did not count.
  init?(_ object: JSONObject) throws {
    func range(_ key: String) throws -> ClosedRange<Int>? {
      let counts = try object.optional(key, as: [Int].self) ?? []
      guard let least = counts.min(), let most = counts.max() else { return nil }
      return least...most
    }
    guard let empty = try range("empty") else { return nil }
    self.empty = empty
    cutOff = try range("cut_off")
  }

  /// "0 empty, 56 to 58 cut off".
  var text: String {
    "\(Self.text(empty)) empty" + (cutOff.map { ", \(Self.text($0)) cut off" } ?? "")
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    let least = NumberText.count(range.lowerBound)
    return range.lowerBound == range.upperBound
      ? least : "\(least) to \(NumberText.count(range.upperBound))"
  }
}
