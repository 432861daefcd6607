// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The three questions that a report answers first, answered for one run.
///
/// Only changes that are shown by the rule of `Evidence` count.
struct Headline {
  private let findings: [Report.Finding]
  private let missing: [MissingMeasure]
  /// Whether the edit changes no weight.
  private let isEmptyEdit: Bool

  init(_ run: ReportedRun) {
    findings = run.findings
    missing = run.missing
    isEmptyEdit = run.isEmptyEdit
  }

  /// The questions with their answers.
  var answers: [HeadlineAnswer] {
    isEmptyEdit ? withoutEdit : [help, cost, certainty]
  }

  /// The answers for an empty edit, which can neither help nor hurt.
  private var withoutEdit: [HeadlineAnswer] {
    [
      HeadlineAnswer(
        question: "Does it help?", answer: "There is no edit",
        reasons: [
          "The selection is empty: no weight was changed. Before and after are the same model."
        ] + aims.map(Self.sentence)),
      HeadlineAnswer(
        question: "Does it hurt?", answer: "There is no edit",
        reasons: costs.isEmpty ? ["Nothing was changed."] : costs.map(Self.sentence)),
      HeadlineAnswer(
        question: "How sure are we?", answer: "Nothing to test",
        reasons: [
          "To make an edit, select more weights: give a number for each matrix, or a larger share."
        ]
          + judgeSentences),
    ]
  }

  private var aims: [Report.Finding] { findings.filter { $0.kind == .awareness } }
  private var costs: [Report.Finding] { findings.filter { $0.kind != .awareness } }

  private var help: HeadlineAnswer {
    if aims.contains(where: \.isHeuristic) { return PhraseHeadline.answer(aims) }
    let compared = aims.filter { $0.change != nil }
    let better = compared.count { $0.effect == .better }
    let worse = compared.count { $0.effect == .worse }
    let answer =
      switch (compared.count, better, worse) {
      case (0, _, _): aims.isEmpty ? "Not measured" : "One model only"
      case _ where !compared.contains(where: \.isTested): Self.tooFew
      case (let all, let better, _) where better == all: "Yes"
      case (_, 0, 0): "Not shown"
      case (_, 0, _): "No"
      case (_, _, 0): "In part"
      default: "Both ways"
      }
    return HeadlineAnswer(
      question: "Does it help?", answer: answer,
      reasons: aims.isEmpty
        ? ["The model was asked no questions."] : aims.map(Self.sentence),
      limit: Self.limit(of: compared))
  }

  private var cost: HeadlineAnswer {
    let compared = costs.filter { $0.change != nil }
    // A loss in the rates that the edit should raise is a cost, too.
    let lost = aims.filter { $0.effect == .worse }
    let answer =
      compared.isEmpty && lost.isEmpty
      ? (costs.isEmpty ? "Not measured" : "One model only")
      : Self.costAnswer(
        compared.map { ($0.effect ?? .unclear, $0.isTested) }, lost: lost.map(\.isHeuristic))
    var reasons = lost.map(Self.sentence)
    // Perplexity, shown costs and untested ones have a sentence each; the rest share one.
    let clear = compared.filter {
      $0.effect != .unclear || $0.kind == .perplexity || !$0.isTested
    }
    reasons += clear.map(Self.sentence)
    let unclear = compared.filter {
      $0.effect == .unclear && $0.kind != .perplexity && $0.isTested
    }
    if unclear.count == 1 {
      reasons += unclear.map(Self.sentence)
    } else if unclear.count > 1 {
      reasons.append("No change of \(Self.list(unclear.map(\.title))) is shown.")
    }
    reasons += costs.filter { $0.change == nil }.map(Self.sentence)
    if costs.isEmpty { reasons.append(Self.noCostMeasured) }
    return HeadlineAnswer(
      question: "Does it hurt?", answer: answer, reasons: reasons,
      limit: lost.isEmpty ? Self.limit(of: compared) : nil)
  }

  /// How large changes may be although none is shown, by the ends of their intervals.
  ///
  /// For example "intervals reach 32.4 points and 1.03% of perplexity"; nil if a change is shown or
  /// one has no interval.
  static func limit(of findings: [Report.Finding]) -> String? {
    limit(
      of: findings.compactMap { finding in
        finding.change.map { (finding.effect ?? .unclear, $0, finding.kind == .perplexity) }
      })
  }

  /// The same for changes with their effects; changes of perplexity are ratios minus 1.
  static func limit(
    of changes: [(effect: Report.Effect, change: Report.Estimate, isPerplexity: Bool)]
  ) -> String? {
    guard !changes.isEmpty, changes.allSatisfy({ $0.effect == .unclear }) else { return nil }
    func reach(_ isPerplexity: Bool) -> Double? {
      let ends = changes.filter { $0.isPerplexity == isPerplexity }.map { change in
        change.change.lower.flatMap { lower in
          change.change.upper.map { max(abs(lower), abs($0)) }
        }
      }
      // Without an interval, the possible size of a change is unknown.
      let known = ends.compactMap(\.self)
      return known.count == ends.count ? known.max() : .infinity
    }
    let (rates, perplexity) = (reach(false), reach(true))
    guard rates?.isFinite ?? true, perplexity?.isFinite ?? true else { return nil }
    let parts = [
      rates.map { NumberText.fixed($0 * 100, 1) + " points" },
      perplexity.map { NumberText.fixed($0 * 100, 2) + "% of perplexity" },
    ].compactMap(\.self)
    return parts.isEmpty ? nil : "intervals reach " + list(parts)
  }

  private var certainty: HeadlineAnswer {
    let compared = findings.filter { $0.change != nil }
    let tested = compared.filter(\.isTested)
    let shown = tested.count { $0.effect != .unclear }
    var reasons: [String] = []
    if !tested.isEmpty {
      reasons.append(
        "Shown: \(shown == 0 ? "none" : "\(shown)") of \(tested.count.counted("tested change")), at p < "
          + "\(EvidenceText.level) after Holm's adjustment for \(tested.count) "
          + "\(tested.count == 1 ? "test" : "tests").")
    }
    let untested = compared.filter { !$0.isTested }.map(\.title)
    if !untested.isEmpty { reasons.append("Not tested: \(Self.list(untested)).") }
    if !compared.isEmpty {
      reasons.append(
        "Intervals and tests are of the items that were measured, not of other seeds or data.")
    }
    reasons += judgeSentences
    if !missing.isEmpty { reasons.append("Not measured: \(Self.list(missing.map(\.what))).") }
    let answer =
      tested.isEmpty
      ? (findings.isEmpty ? "Nothing to be sure of" : "Nothing tested")
      : "\(shown) of \(tested.count) \(tested.count == 1 ? "change" : "changes") shown"
    return HeadlineAnswer(question: "How sure are we?", answer: answer, reasons: reasons)
  }

  private var judgeSentences: [String] { Self.judgeSentences(findings) }

  /// One sentence for each judge, with a remark if it only looks for phrases.
  static func judgeSentences(_ findings: [Report.Finding]) -> [String] {
    var sentences: [String] = []
    for finding in findings {
      guard let judge = finding.judge else { continue }
      let sentence =
        finding.kind == .overRefusal
        ? "Refusals of benign questions are detected by \(judge)."
        : "Judge: \(judge)." + (finding.words?.judgeNote ?? "")
      if !sentences.contains(sentence) { sentences.append(sentence) }
    }
    return sentences
  }

  /// The answer about costs, for at least one change or loss.
  ///
  /// - Parameters:
  ///   - changes: The effects of the changes, and whether each was tested.
  ///   - lost: For each aim that is shown to fall, whether its rate only counts phrases.
  static func costAnswer(
    _ changes: [(effect: Report.Effect, isTested: Bool)], lost: [Bool] = []
  ) -> String {
    if changes.contains(where: { $0.effect == .worse }) || lost.contains(false) {
      return "Yes, measurably"
    }
    // Fewer phrases are no harm in themselves, but do not allow the answer that nothing is lost
    // either.
    if !lost.isEmpty { return "Fewer answers with a phrase" }
    if changes.allSatisfy(\.isTested) { return "No cost shown" }
    // An untested change is no evidence that nothing was lost, whatever else was tested.
    return changes.contains(where: \.isTested) ? "Tested only in part" : tooFew
  }

  /// The reason for an unknown cost.
  static let noCostMeasured = "Neither perplexity nor a benchmark was measured."

  /// The answer if there is a change but no test of it.
  static let tooFew = "Too few to tell"

  /// A finding as a sentence.
  ///
  /// For example "Fairness awareness rises by 6.7 points (95% interval +4.9 to +8.5, n = 2,165
  /// questions)."
  static func sentence(_ finding: Report.Finding) -> String {
    let name = finding.title.prefix(1).uppercased() + finding.title.dropFirst()
    guard let change = finding.change else {
      let interval = finding.intervalText(finding.after, finding.valueText)
      return "\(name) is \(finding.valueText(finding.after.value)) ("
        + (interval.map { "95% interval \($0), " } ?? "") + "\(finding.countText))."
    }
    guard finding.isTested else {
      return "\(name) changes by \(finding.changeText(change.value)); no test: "
        + "\(finding.missingInterval ?? "none was made") (\(finding.countText))."
    }
    let interval = finding.intervalText(change) { finding.changeText($0, unit: false) }
    let extent = interval.map { "95% interval \($0)" } ?? finding.missingInterval
    let detail = (extent.map { $0 + ", " } ?? "") + finding.countText
    switch finding.effect {
    case .better, .worse:
      let verb = change.value > 0 ? "rises" : "falls"
      let size =
        finding.kind == .perplexity
        ? NumberText.fixed(abs(change.value) * 100, 2) + "%"
        : NumberText.fixed(abs(change.value) * 100, 1) + " points"
      return "\(name) \(verb) by \(size) (\(detail))."
    default:
      return
        "No change of \(finding.title) is shown: \(finding.changeText(change.value)) (\(detail))."
    }
  }

  /// "a, b and c".
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
