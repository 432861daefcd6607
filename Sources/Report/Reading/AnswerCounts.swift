// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// Counts behind a rate of awareness: refusing and cautious answers by phrases, empty and cut-off
/// ones.
struct AnswerCounts: Equatable {
  /// Answers that refuse, and answers that are cautious without refusing.
  let refused, cautious: Int
  /// Answers without text.
  let empty: Int
  /// Answers that ended at the token limit; nil if unknown.
  let cutOff: Int?
  /// The reasons for invalid verdicts, such as "2 cut off".
  let invalid: [String]

  /// Reads a result; nil if it is of a version that did not count.
  init?(_ object: JSONObject) throws {
    guard let cautious = try object.optional("cautious", as: Int.self) else { return nil }
    self.cautious = cautious
    refused = try object.required("refused")
    empty = try object.required("empty")
    cutOff = try object.optional("cut_off")
    let reasons = try object.optional("invalid_reasons", as: JSONObject.self) ?? JSONObject()
    invalid = try reasons.keys.map {
      "\(try reasons.required($0, as: Int.self)) \($0.replacing("_", with: " "))"
    }
  }
}
