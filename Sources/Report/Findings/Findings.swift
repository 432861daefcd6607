// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStatistics

extension ReportedRun {
  /// Everything that was measured, the aims of the edit first, then what it may cost.
  var findings: [Report.Finding] {
    var findings = awarenessFindings + perplexityFindings + refusalFindings + accuracyFindings
    let tested = findings.indices.filter { findings[$0].pValue != nil }
    let corrected = HolmCorrection.adjusted(tested.compactMap { findings[$0].pValue })
    for (index, value) in zip(tested, corrected) { findings[index].correctedPValue = value }
    return findings
  }

  private var awarenessFindings: [Report.Finding] {
    guard let awareness else { return [] }
    return awareness.sets.compactMap {
      Self.finding(.awareness, $0.name, $0.outcome, judge: awareness.judge)
    }
  }

  private var refusalFindings: [Report.Finding] {
    (awareness?.benign ?? []).compactMap {
      Self.finding(.overRefusal, $0.name, $0.outcome, judge: $0.method)
    }
  }

  private static func finding(
    _ kind: Report.Finding.Kind, _ name: String, _ outcome: AwarenessMeasure.Outcome,
    judge: String
  ) -> Report.Finding? {
    guard let after = outcome.rates.last.estimate else { return nil }
    let before = outcome.rates.before?.estimate
    let comparison = before == nil ? nil : outcome.comparison
    return Report.Finding(
      kind: kind, name: name, count: outcome.rates.last.count, items: "questions",
      before: before, after: after,
      change: comparison.flatMap { comparison in
        comparison.change.map {
          Report.Estimate($0, lower: comparison.lower, upper: comparison.upper)
        }
      }, pValue: comparison?.pValue, judge: judge)
  }

  private var perplexityFindings: [Report.Finding] {
    guard let perplexity else { return [] }
    let ratio = perplexity.ratio.map {
      Report.Estimate(
        $0.value - 1, lower: $0.lower.map { $0 - 1 }, upper: $0.upper.map { $0 - 1 })
    }
    return [
      Report.Finding(
        kind: .perplexity, name: "text", count: perplexity.values.last.windowLosses.count,
        items: "windows", before: perplexity.values.before.map { Report.Estimate($0.perplexity) },
        after: Report.Estimate(perplexity.values.last.perplexity), change: ratio, pValue: nil,
        judge: nil)
    ]
  }

  private var accuracyFindings: [Report.Finding] {
    // The parts of a group are in its own number.
    (choices?.tasks ?? []).filter { $0.group == nil }.compactMap { task in
      guard let metric = task.metrics.first else { return nil }
      return Report.Finding(
        kind: .accuracy, name: task.name, count: task.count, items: "questions",
        before: metric.scores.before?.estimate, after: metric.scores.last.estimate,
        change: metric.comparison.map {
          Report.Estimate($0.change, lower: $0.lower, upper: $0.upper)
        }, pValue: metric.comparison?.pValue, judge: nil)
    }
  }
}

extension AwarenessMeasure.Rate {
  /// The rate with Wilson's interval; nil where no verdict is valid.
  var estimate: Report.Estimate? {
    value.map { Report.Estimate($0, lower: lower, upper: upper) }
  }
}

extension ChoicesMeasure.Score {
  /// The value with 1.96 standard errors on either side, where the standard error is known.
  var estimate: Report.Estimate {
    let reach = standardError.map { -NormalDistribution.quantile(0.025) * $0 }
    return Report.Estimate(
      value, lower: reach.map { value - $0 }, upper: reach.map { value + $0 })
  }
}
