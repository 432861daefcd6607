// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// What accompanies a rate of awareness: refusals and caution by phrases, empty answers and answers that
/// were cut off.
struct AnswerCounts: Equatable {
  /// Answers that refuse, and answers that are cautious and do not.
  let refused, cautious: Int
  /// Answers without text.
  let empty: Int
  /// Answers that ended at the token limit; nil where unknown.
  let cutOff: Int?
  /// Invalid verdicts by reason, as "2 cut off".
  let invalid: [String]

  /// Reads a result; nil where it is of a version that did not count.
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
