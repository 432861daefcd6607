// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// An outcome with a text of its own for a terminal; others are shown by their numbers.
protocol TerminalOutcome: MeasureOutcome {
  /// All of it, for the command that measures nothing else.
  var text: String { get }
  /// What a run shows of it; nil for nothing.
  var brief: String? { get }
  /// What readers need to know of its numbers, beginning in a column; empty for nothing.
  func footnote(width: Int) -> [String]
}

extension TerminalOutcome {
  var brief: String? { text }
  func footnote(width: Int) -> [String] { [] }
}

/// What was measured, for a terminal.
enum OutcomeText {
  /// The text of all outcomes.
  static func whole(_ outcomes: MeasuredOutcomes) -> [String] {
    lines(outcomes, footnoteWidth: 12) { $0.text }
  }

  /// What a run, a sweep or a comparison shows.
  static func brief(_ outcomes: MeasuredOutcomes) -> [String] {
    // What is reported only is on the page.
    lines(outcomes, footnoteWidth: 15, isShown: { $0 != .reported }) { $0.brief }
  }

  /// - Parameter isShown: Which numbers of an outcome without a text of its own are shown.
  private static func lines(
    _ outcomes: MeasuredOutcomes, footnoteWidth: Int,
    isShown: (MeasuredQuantity.Role) -> Bool = { _ in true },
    _ text: (any TerminalOutcome) -> String?
  ) -> [String] {
    var lines: [String] = []
    var footnotes: [String] = []
    for entry in outcomes.entries {
      // Notes on answers follow all measures of answers.
      if entry.outcome.cutOff == nil {
        lines += footnotes
        footnotes = []
      }
      if let outcome = entry.outcome as? any TerminalOutcome {
        lines += [text(outcome)].compactMap(\.self)
        footnotes += outcome.footnote(width: footnoteWidth)
      } else {
        lines += entry.outcome.quantities.filter { isShown($0.role) }.map(Self.line)
      }
    }
    return lines + footnotes
  }

  /// "zero weights   0.0 -> 30.0 weights (n = 1 models)".
  private static func line(_ quantity: MeasuredQuantity) -> String {
    func number(_ value: MeasuredQuantity.Value?) -> String {
      guard let value = value?.estimate?.value else { return "-" }
      return switch quantity.scale {
      case .share, .ratio: Decimals.text(value, 4)
      case .plain: Decimals.text(value, 1)
      }
    }
    let unit =
      if case .plain(let unit) = quantity.scale { " " + unit } else { "" }
    let title = quantity.title + String(repeating: " ", count: max(1, 15 - quantity.title.count))
    let before = quantity.before.map { number($0) + " -> " } ?? ""
    return title + before + number(quantity.after) + unit
      + " (n = \(quantity.after.count) \(quantity.items))"
  }
}

extension AwarenessOutcomes: TerminalOutcome {
  var text: String { lists.map { $0.outcome.text($0.name) }.joined(separator: "\n") }

  func footnote(width: Int) -> [String] {
    guard let words = lists.first?.outcome.words else { return [] }
    return JudgeText.lines(judge, words, width: width)
  }
}

extension RefusalsOutcomes: TerminalOutcome {
  var text: String { lists.map { $0.outcome.text($0.name) }.joined(separator: "\n") }
}

extension PhrasesOutcome: TerminalOutcome {
  var text: String { lists.map { $1.text($0) }.joined(separator: "\n\n") }
  /// The report shows it.
  var brief: String? { nil }
}

extension PerplexityOutcome: TerminalOutcome {
  var text: String { change?.text ?? results.last.text }
}

extension DivergenceOutcome: TerminalOutcome {
  var text: String { result.text }
  var brief: String? { "mean KL        \(Decimals.text(result.mean, 6)) nats a token" }
}

extension CouplingOutcome: TerminalOutcome {
  var text: String {
    switch self {
    case .single(let result): result.text
    case .change(let change): change.text
    }
  }

  /// The report shows it.
  var brief: String? { nil }
}

extension ChoicesOutcome: TerminalOutcome {
  var brief: String? { "\n\(changes(ofMembers: false))\n" }
}
