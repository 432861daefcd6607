// SPDX-License-Identifier: Apache-2.0

/// The three questions that a report answers first, from what one run measured.
///
/// A change counts as seen where its 95% interval does not hold 0; nothing else decides.
struct Headline {
  private let findings: [Report.Finding]
  private let missing: [MissingMeasure]

  init(findings: [Report.Finding], missing: [MissingMeasure]) {
    self.findings = findings
    self.missing = missing
  }

  /// The questions with their answers.
  var answers: [HeadlineAnswer] { [help, cost, certainty] }

  private var aims: [Report.Finding] { findings.filter { $0.kind == .awareness } }
  private var costs: [Report.Finding] { findings.filter { $0.kind != .awareness } }

  private var help: HeadlineAnswer {
    let compared = aims.filter { $0.change != nil }
    let better = compared.count { $0.effect == .better }
    let worse = compared.count { $0.effect == .worse }
    let answer =
      switch (compared.count, better, worse) {
      case (0, _, _): aims.isEmpty ? "Not measured" : "One model only"
      case (let all, let better, _) where better == all: "Yes"
      case (_, 0, 0): "Not shown"
      case (_, 0, _): "No"
      case (_, _, 0): "In part"
      default: "Both ways"
      }
    let isHeuristic = compared.contains(where: \.isHeuristic)
    return HeadlineAnswer(
      question: "Does it help?",
      answer: isHeuristic ? answer + " (heuristic)" : answer,
      reasons: aims.isEmpty
        ? ["No question was asked of the model."] : aims.map(Self.sentence))
  }

  private var cost: HeadlineAnswer {
    let compared = costs.filter { $0.change != nil }
    let worse = compared.filter { $0.effect == .worse }
    let answer =
      compared.isEmpty
      ? (costs.isEmpty ? "Not measured" : "One model only")
      : worse.isEmpty ? "No cost seen" : "Yes, measurably"
    var reasons: [String] = []
    // Each cost that is seen by itself, the others in one sentence each kind.
    let clear = compared.filter { $0.effect != .unclear || $0.kind == .perplexity }
    reasons += clear.map(Self.sentence)
    let unclear = compared.filter { $0.effect == .unclear && $0.kind != .perplexity }
    if unclear.count == 1 {
      reasons += unclear.map(Self.sentence)
    } else if unclear.count > 1 {
      reasons.append("No clear change of " + Self.list(unclear.map(\.title)) + ".")
    }
    reasons += costs.filter { $0.change == nil }.map(Self.sentence)
    if costs.isEmpty { reasons.append("Neither perplexity nor a benchmark was measured.") }
    return HeadlineAnswer(question: "Does it hurt?", answer: answer, reasons: reasons)
  }

  private var certainty: HeadlineAnswer {
    let tested = findings.filter { $0.correctedPValue != nil }
    let firm = tested.count { ($0.correctedPValue ?? 1) < 0.05 }
    var reasons: [String] = []
    if !tested.isEmpty {
      reasons.append(
        "\(firm) of \(tested.count) paired tests keep p < 0.05 after correction for their number "
          + "(Holm).")
    }
    if findings.contains(where: { $0.change != nil }) {
      reasons.append(
        "A change counts as seen where its 95% interval does not hold 0; intervals are of the "
          + "items that were measured, not of other seeds or data.")
    }
    var judges: [String] = []
    for judge in findings.compactMap(\.judge) where !judges.contains(judge) {
      judges.append(judge)
    }
    reasons += judges.map { judge in
      judge.contains("heuristic")
        ? "Judge: \(judge). It looks for words of caution; it does not understand answers."
        : "Judge: \(judge)."
    }
    if !missing.isEmpty { reasons.append("Not measured: \(Self.list(missing.map(\.what))).") }
    let answer =
      tested.isEmpty
      ? (findings.isEmpty ? "Nothing to be sure of" : "Intervals only")
      : "\(firm) of \(tested.count) changes stand"
    return HeadlineAnswer(question: "How sure are we?", answer: answer, reasons: reasons)
  }

  /// What was found, in a sentence.
  ///
  /// "Fairness awareness rises by 6.7 points (95% interval +4.9 to +8.5, n = 2,165)."
  static func sentence(_ finding: Report.Finding) -> String {
    let name = finding.title.prefix(1).uppercased() + finding.title.dropFirst()
    let n = "n = \(NumberText.count(finding.count))"
    guard let change = finding.change else {
      let interval = finding.intervalText(finding.after, finding.valueText)
      return "\(name) is \(finding.valueText(finding.after.value)) ("
        + (interval.map { "95% interval \($0), " } ?? "") + "\(n) \(finding.items))."
    }
    let interval = finding.intervalText(change) { finding.changeText($0, unit: false) }
    let detail = (interval.map { "95% interval \($0), " } ?? "") + n
    switch finding.effect {
    case .better, .worse:
      let verb = change.value > 0 ? "rises" : "falls"
      let size =
        finding.kind == .perplexity
        ? NumberText.fixed(abs(change.value) * 100, 2) + "%"
        : NumberText.fixed(abs(change.value) * 100, 1) + " points"
      return "\(name) \(verb) by \(size) (\(detail))."
    default:
      return "No clear change of \(finding.title): \(finding.changeText(change.value)) (\(detail))."
    }
  }

  /// "a, b and c".
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
