// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// Answers that contribute little to a rate: empty and cut-off ones.
struct AnswerGaps: Equatable {
  /// Answers without text.
  let empty: Int
  /// Answers that ended at the token limit; nil if unknown.
  let cutOff: Int?

  init(empty: Int, cutOff: Int?) {
    self.empty = empty
    self.cutOff = cutOff
  }

  /// Reads a result; nil if it is of a version that did not count cut-off answers.
  init?(_ object: JSONObject) throws {
    guard let empty = try object.optional("empty", as: Int.self), object["cut_off"] != nil else {
      return nil
    }
    self.init(empty: empty, cutOff: try object.optional("cut_off"))
  }
}
