// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// The numbers of empty and cut-off answers behind a rate: the fewest and the most of any seed.
struct SeededGaps: Equatable {
  /// Answers without text.
  let empty: ClosedRange<Int>
  /// Answers that ended at the token limit; nil if unknown.
  let cutOff: ClosedRange<Int>?

  /// Reads a value; nil if it is not of answers, or the file is of a version that did not count
  /// them.
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
