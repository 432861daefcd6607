// SPDX-License-Identifier: Apache-2.0

import SPINErrors

extension AwarenessResult {
  /// What is doubtful about the answers and verdicts: many empty or missing answers, many invalid
  /// verdicts.
  ///
  /// - Parameters:
  ///   - name: What the answers are called, as "fairness before".
  ///   - remedy: What may help where answers are empty.
  public func warnings(_ name: String, emptyAnswers remedy: String) -> [String] {
    let absent = missing.reduce(0) { $0 + $1.count }
    let invalid = count(.invalid)
    let reasons = invalidReasons.text
    // Where an answer is empty no verdict is expected.
    let told = reasons.isEmpty ? "" : " (\(reasons))"
    let unexplained = answers.count { $0.verdict == .invalid && $0.reading != .empty }
    return [
      AnswerWarnings.empty(name, emptyCount - absent, of: answers.count, remedy),
      AnswerWarnings.missing(name, missing, of: answers.count),
      AnswerWarnings.isMany(unexplained, of: answers.count)
        ? "\(name): \(invalid) of \(answers.count) verdicts are invalid\(told) and left out of the rate; "
          + "`spin evaluate judge` tries a judge on labelled answers"
        : nil,
    ].compactMap(\.self)
  }
}

extension RefusalsResult {
  /// The warnings that awareness has, too.
  public func warnings(_ name: String, emptyAnswers remedy: String) -> [String] {
    let missing = MissingAnswer.allCases.map { reason in
      (reason: reason, count: answers.count { $0.missing == reason })
    }.filter { $0.count > 0 }
    let absent = missing.reduce(0) { $0 + $1.count }
    return [
      AnswerWarnings.empty(name, emptyCount - absent, of: answers.count, remedy),
      AnswerWarnings.missing(name, missing, of: answers.count),
    ].compactMap(\.self)
  }
}

enum AnswerWarnings {
  /// More than a few: three or more, and more than one in fifty.
  static func isMany(_ count: Int, of all: Int) -> Bool { count >= 3 && count * 50 > all }

  static func empty(_ name: String, _ count: Int, of all: Int, _ remedy: String) -> String? {
    isMany(count, of: all) ? "\(name): \(count) of \(all) answers are empty; \(remedy)" : nil
  }

  static func missing(
    _ name: String, _ reasons: [(reason: MissingAnswer, count: Int)], of all: Int
  ) -> String? {
    guard !reasons.isEmpty else { return nil }
    let counts = reasons.map { "\($0.count) \($0.reason.words)" }.joined(separator: ", ")
    let hints = Set(reasons.map(\.reason))
    let remedy: SettingText =
      !hints.isDisjoint(with: [.cutOff, .thoughtOnly])
      ? "; give a model that thinks more tokens: \(setting: .maxNewTokens)"
      : hints.contains(where: \.isTransient)
        ? "; run the same command again to request those at which the server failed" : ""
    let count = reasons.reduce(0) { $0 + $1.count }
    return "\(name): \(count) of \(all) questions have no answer (\(counts))\(remedy)"
  }
}

extension MissingAnswer {
  fileprivate var words: String { rawValue.replacing("_", with: " ") }
}
