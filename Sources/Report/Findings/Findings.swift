// SPDX-License-Identifier: Apache-2.0

import SPINStatistics
import SPINStorage

extension ReportedRun {
  /// All measured quantities: first the aims of the edit, then its possible costs.
  var findings: [Report.Finding] {
    let findings = awarenessFindings + perplexityFindings + refusalFindings + accuracyFindings
    // With an empty edit, both sides are the same model.
    guard !isEmptyEdit else { return findings.map(\.ofOneModel) }
    return zip(findings, Evidence.adjusted(findings.map(\.pValue))).map { finding, pValue in
      var finding = finding
      finding.adjustedPValue = pValue
      return finding
    }
  }

  private var awarenessFindings: [Report.Finding] {
    guard let awareness else { return [] }
    return awareness.sets.compactMap { set in
      var finding = Self.finding(
        .awareness, set.name, set.outcome, judge: awareness.judge, words: awareness.words)
      finding?.countsBefore = set.rates.before?.counts
      finding?.countsAfter = set.rates.last.counts
      return finding
    }
  }

  private var refusalFindings: [Report.Finding] {
    (awareness?.benign ?? []).compactMap {
      // Phrases detect refusals, whatever the judge.
      Self.finding(.overRefusal, $0.name, $0.outcome, judge: $0.method, words: .phrases)
    }
  }

  private static func finding(
    _ kind: Report.Finding.Kind, _ name: String, _ outcome: AwarenessReading.Outcome,
    judge: String, words: VerdictWords
  ) -> Report.Finding? {
    guard let after = outcome.rates.last.estimate else { return nil }
    let before = outcome.rates.before?.estimate
    let comparison = before == nil ? nil : outcome.comparison
    var finding = Report.Finding(
      kind: kind, name: name, count: outcome.rates.last.count,
      pairedCount: comparison?.pairedCount ?? outcome.rates.last.count, items: "questions",
      before: before, after: after, change: comparison?.estimate,
      missingInterval: comparison?.missingInterval, pValue: comparison?.testedPValue, judge: judge,
      words: words)
    finding.gapsBefore = outcome.rates.before?.gaps
    finding.gapsAfter = outcome.rates.last.gaps
    return finding
  }

  private var perplexityFindings: [Report.Finding] {
    guard let perplexity else { return [] }
    let ratio = perplexity.ratio.map {
      Report.Estimate(
        $0.value - 1, lower: $0.lower.map { $0 - 1 }, upper: $0.upper.map { $0 - 1 })
    }
    let value = perplexity.values.last
    return [
      Report.Finding(
        kind: .perplexity, name: "text", count: value.windowLosses.count,
        pairedCount: value.windowLosses.count,
        items: "windows of \(NumberText.count(value.window)) tokens",
        before: perplexity.values.before.map { Report.Estimate($0.perplexity) },
        after: Report.Estimate(value.perplexity), change: ratio,
        missingInterval: perplexity.missingInterval, pValue: perplexity.pValue, judge: nil)
    ]
  }

  private var accuracyFindings: [Report.Finding] {
    // Tasks within a group are included in the group's own value.
    (choices?.tasks ?? []).filter { $0.group == nil }.compactMap { task in
      guard let metric = task.metrics.first else { return nil }
      let change = metric.comparison
      let isTested = task.count >= Evidence.minimumCount
      return Report.Finding(
        kind: .accuracy, name: task.name, count: task.count, pairedCount: task.count,
        items: "questions", before: metric.scores.before?.estimate(of: task.count),
        after: metric.scores.last.estimate(of: task.count),
        change: change.map {
          isTested
            ? Report.Estimate($0.change, lower: $0.lower, upper: $0.upper)
            : Report.Estimate($0.change)
        }, missingInterval: change == nil || isTested ? nil : EvidenceText.tooFew("questions"),
        pValue: isTested ? change?.pValue : nil, judge: nil)
    }
  }
}

extension Report.Finding {
  /// The finding of the last side alone, without a change.
  fileprivate var ofOneModel: Report.Finding {
    Report.Finding(
      kind: kind, name: name, count: count, pairedCount: count, items: items, before: nil,
      after: after, change: nil, missingInterval: nil, pValue: nil, judge: judge,
      words: words, gapsAfter: gapsAfter)
  }
}

extension AwarenessReading.Comparison {
  /// The number of questions with a valid verdict on both sides.
  var pairedCount: Int { onlyBefore + onlyAfter + both + neither }
  private var isTested: Bool { pairedCount >= Evidence.minimumCount }
  /// The change, with its interval if there are enough questions; nil if there is no change.
  var estimate: Report.Estimate? {
    change.map {
      isTested ? Report.Estimate($0, lower: lower, upper: upper) : Report.Estimate($0)
    }
  }
  /// Why the change has no interval; nil if it has one.
  var missingInterval: String? { isTested ? nil : EvidenceText.tooFew("questions") }
  /// The p-value; nil if there are too few questions for a test.
  var testedPValue: Double? { isTested ? pValue : nil }
}

extension AwarenessReading.Rate {
  /// The rate with its Wilson interval; nil if no verdict is valid.
  var estimate: Report.Estimate? {
    value.map { Report.Estimate($0, lower: lower, upper: upper) }
  }
}

extension ChoicesReading.Score {
  /// The value, with the Wilson interval if it is a share of a number of items.
  ///
  /// The standard error that lm-eval reports is 0 if all answers are correct or none is.
  func estimate(of count: Int) -> Report.Estimate {
    guard count > 0, (0...1).contains(value) else { return Report.Estimate(value) }
    let interval = ProportionInterval.wilson(
      successes: Int(saturating: value * Double(count)), count: count)
    return Report.Estimate(value, lower: interval.lower, upper: interval.upper)
  }
}
