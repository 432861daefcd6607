// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Why a server gave no answer to a question.
public enum MissingAnswer: String, Sendable, CaseIterable {
  /// The model reasoned and wrote no answer.
  case thoughtOnly = "thought_only"
  /// The model was still reasoning at the token limit.
  case cutOff = "cut_off"
  /// The server withheld the answer, or refused the question, by a content filter.
  case filtered
  /// The server refused this one request.
  case rejected
  /// The server's reply to this one request is malformed.
  case malformed
  /// The server failed at this one request repeatedly, and works otherwise.
  case serverError = "server_error"

  /// Whether another attempt may bring an answer; the next run requests such answers again.
  var isTransient: Bool { self == .serverError || self == .malformed }
}

/// The answer of a model.
public struct Answer: Sendable, Equatable {
  /// The text without whitespace around it.
  public let text: String
  /// How many tokens it has; 0 where they are not counted.
  public let tokenCount: Int
  /// How many of them a draft foretold, which says nothing of the answer; 0 where there was none.
  public let draftedCount: Int
  /// Whether it ended at the token limit; nil where unknown.
  public let isCutOff: Bool?
  /// Why there is none; nil where there is one, which may be empty.
  public let missing: MissingAnswer?

  /// An answer with its text.
  public init(_ text: String, tokenCount: Int = 0, draftedCount: Int = 0, isCutOff: Bool? = nil) {
    self.text = text
    self.tokenCount = tokenCount
    self.draftedCount = draftedCount
    self.isCutOff = isCutOff
    missing = nil
  }

  /// An answer that is missing, with the reason.
  public init(missing: MissingAnswer) {
    text = ""
    tokenCount = 0
    draftedCount = 0
    isCutOff = missing == .cutOff ? true : nil
    self.missing = missing
  }
}

extension Answer {
  /// Its members as they appear in journals and items; what is not known is absent.
  var json: JSONObject {
    var object: JSONObject = ["answer": .string(text)]
    if let isCutOff { object["cut_off"] = .bool(isCutOff) }
    if let missing { object["missing"] = .string(missing.rawValue) }
    return object
  }

  /// Reads what `json` gives.
  ///
  /// - Throws: `SPINError` where there is no text.
  init(_ object: JSONObject) throws {
    let missing = try object.optional("missing", as: String.self).flatMap(MissingAnswer.init)
    if let missing {
      self.init(missing: missing)
    } else {
      self.init(try object.required("answer"), isCutOff: try object.optional("cut_off"))
    }
  }
}
