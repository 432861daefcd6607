// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What a reply of a judge says.
public struct VerdictReading: Sendable, Equatable {
  /// The verdict.
  public let verdict: Verdict
  /// Why it is invalid; nil for the others.
  public let reason: InvalidReason?
  /// Whether the judge says that the answer refuses; nil where it does not say.
  public let isRefusal: Bool?

  /// A valid verdict.
  static func valid(_ verdict: Verdict, isRefusal: Bool? = nil) -> VerdictReading {
    VerdictReading(verdict: verdict, reason: nil, isRefusal: isRefusal)
  }

  /// No valid verdict.
  static func invalid(_ reason: InvalidReason, isRefusal: Bool? = nil) -> VerdictReading {
    VerdictReading(verdict: .invalid, reason: reason, isRefusal: isRefusal)
  }
}

/// How the replies of one kind of judge are read.
///
///     try VerdictParser(named: "qwen3guard").read("Safety: Unsafe\nCategories: PII").verdict  // unsafe
///
/// A judge's replies have a form of its own; the rule of one turns those of another around. Every
/// parser has a name, which stands in the judge's identity and in results.
public struct VerdictParser: Sendable {
  /// Its name, as options and files have it.
  public let name: String
  /// What it expects, for help and messages.
  public let expectation: String
  /// How many tokens a reply needs at most by default.
  public let maxTokens: Int
  private let body: @Sendable (_ reply: String, _ isCutOff: Bool) -> VerdictReading

  init(
    _ name: String, expecting expectation: String, maxTokens: Int = 32,
    _ body: @escaping @Sendable (_ reply: String, _ isCutOff: Bool) -> VerdictReading
  ) {
    self.name = name
    self.expectation = expectation
    self.maxTokens = maxTokens
    self.body = body
  }

  /// Reads a reply.
  ///
  /// - Parameters:
  ///   - reply: The reply, without whitespace around it and without what the judge thought before it.
  ///   - isCutOff: Whether the reply ended at the token limit.
  public func read(_ reply: String, isCutOff: Bool = false) -> VerdictReading {
    guard !reply.isEmpty else { return .invalid(isCutOff ? .cutOff : .emptyReply) }
    let reading = body(reply, isCutOff)
    // A verdict that is not there yet could have come.
    if isCutOff, reading.reason == .noVerdict { return .invalid(.cutOff) }
    return reading
  }

  /// All parsers, in the order in which help lists them.
  public static let all: [VerdictParser] = [
    .wholeWords, .mdJudge, .qwen3Guard, .qwen3GuardLoose, .llamaGuard, .yesNo, .wildGuard,
  ]

  /// Finds a parser.
  ///
  /// - Throws: `SPINError` with code `usage` where there is none of that name.
  public init(named name: String) throws {
    guard let parser = Self.all.first(where: { $0.name == name }) else {
      throw SPINError(
        .usage, at: "the verdict parser \"\(name)\"", "is unknown",
        remedy: "use one of \(Self.all.map(\.name).joined(separator: ", "))")
    }
    self = parser
  }
}
