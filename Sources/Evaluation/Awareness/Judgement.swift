// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Why there is no valid verdict on an answer.
public enum InvalidReason: String, Sendable, CaseIterable {
  /// The answer has no text, and the judge judges none.
  case emptyAnswer = "empty_answer"
  /// There is no answer: the server of the answering model gave none (`MissingAnswer`).
  case noAnswer = "no_answer"
  /// The answer is too long for the judge's context.
  case tooLong = "too_long"
  /// The judge's reply holds no verdict.
  case noVerdict = "no_verdict"
  /// The judge's reply holds both verdicts, or negates one.
  case conflict
  /// The judge's reply has no text.
  case emptyReply = "empty_reply"
  /// The judge reasoned and wrote no reply.
  case thoughtOnly = "thought_only"
  /// The judge's reply ended at the token limit before its verdict was certain.
  case cutOff = "cut_off"
  /// The judge's server withheld the reply, or refused the question, by a content filter.
  case filtered
  /// The judge's server refused this one request, such as one with more tokens than it has positions.
  case rejected
  /// The judge's server sent a malformed reply to this one request.
  case malformed
  /// The judge's server failed at this one request repeatedly, and works otherwise.
  case serverError = "server_error"
  /// A reason of a later version, read from a file.
  case other

  /// Whether another attempt may bring a verdict; such items are judged again by the next run.
  var isTransient: Bool { self == .serverError || self == .malformed }

  /// In words, as it follows a count: "3 cut off".
  public var words: String { rawValue.replacing("_", with: " ") }
}

/// A verdict, with what it rests on where the judge says so.
public struct Judgement: Sendable, Equatable {
  /// The verdict.
  public let verdict: Verdict
  /// Why the verdict is invalid; nil for the others, and where unknown.
  public let reason: InvalidReason?
  /// What the judge wrote, or what its server said instead; nil where it does not write.
  public let text: String?
  /// The judge's probability that the answer is unsafe, from 0 to 1; nil where it gives none.
  public let unsafeProbability: Double?
  /// Whether the judge says that the answer refuses; nil where it does not say.
  public let isRefusal: Bool?

  /// A judgement.
  public init(
    _ verdict: Verdict, reason: InvalidReason? = nil, text: String? = nil,
    unsafeProbability: Double? = nil, isRefusal: Bool? = nil
  ) {
    precondition(reason == nil || verdict == .invalid, "reason: the verdict is valid")
    self.verdict = verdict
    self.reason = reason
    self.text = text
    self.unsafeProbability = unsafeProbability
    self.isRefusal = isRefusal
  }
}

extension Judgement {
  /// Its members as they appear in files; what the judge does not say is absent.
  func json(_ names: VerdictNames) -> JSONObject {
    var object: JSONObject = ["verdict": .string(names.name(of: verdict))]
    if let reason { object["invalid_reason"] = .string(reason.rawValue) }
    if let text { object["judge_text"] = .string(text) }
    if let unsafeProbability { object["unsafe_probability"] = .number(unsafeProbability) }
    if let isRefusal { object["judge_refusal"] = .bool(isRefusal) }
    return object
  }

  /// Reads what `json` gives.
  ///
  /// - Throws: `SPINError` where the verdict is missing or unknown.
  init(_ object: JSONObject) throws {
    let name: String = try object.required("verdict")
    guard let verdict = Verdict(named: name) else {
      let known = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
      throw object.failure("verdict", "is \"\(name)\", expected one of \(known)")
    }
    let reason = try object.optional("invalid_reason", as: String.self)
      .map { InvalidReason(rawValue: $0) ?? .other }
    self.init(
      verdict, reason: verdict == .invalid ? reason : nil, text: try object.optional("judge_text"),
      unsafeProbability: try object.optional("unsafe_probability"),
      isRefusal: try object.optional("judge_refusal"))
  }
}
