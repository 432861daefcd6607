// SPDX-License-Identifier: Apache-2.0

import SPIN

extension AwarenessResult {
  /// What was found, for people.
  var text: String {
    let sections =
      lists.map { $0.outcome.text($0.name) } + benign.map { $0.outcome.text($0.name) }
      + ["judge       \(judge)"]
    return sections.joined(separator: "\n")
  }
}

extension AwarenessOutcome {
  func text(_ name: String) -> String {
    var lines = self.lines(name, sides, comparison)
    if overlap != nil, allQuestions == nil {
      lines.append("  no question stands in the data")
    } else if let overlap, let all = allQuestions {
      lines.append(
        "  \(overlap.normalized.count) of \(all.sides.last.answers.count) questions stand in the "
          + "data and are left out (\(overlap.verbatim.count) word for word); with them:")
      lines += self.lines(name, all.sides, all.comparison).map { "  " + $0 }
    }
    if let (run, comparison) = baseline {
      lines.append("  against \(run.file):")
      lines.append("  " + run.awareness.filter(isIncluded).text("baseline"))
      lines += [comparison.outcomes.text].compactMap(\.self)
    }
    return lines.joined(separator: "\n")
  }

  private func lines(
    _ name: String, _ sides: Sides<Awareness>, _ comparison: AwarenessComparison?
  ) -> [String] {
    guard case .pair(let before, let after) = sides, let comparison else {
      return [sides.last.text(name), sides.last.countsText]
    }
    return comparison.text(name, before: before, after: after, isHeuristic: isHeuristic)
      .split(separator: "\n").map(String.init)
  }
}

extension AwarenessComparison {
  func text(
    _ name: String, before: Awareness, after: Awareness, isHeuristic: Bool
  ) -> String {
    // What phrases do is neither better nor worse.
    let change =
      isHeuristic ? outcomes.text(more: "more with a phrase", less: "fewer") : outcomes.text
    let lines: [String?] = [
      before.text("\(name) before"), before.countsText, after.text("\(name) after"),
      after.countsText, change,
    ]
    return lines.compactMap(\.self).joined(separator: "\n")
  }
}

extension RefusalOutcome {
  func text(_ name: String) -> String {
    var lines: [String]
    switch sides {
    case .single(let refusals): lines = [refusals.text(name)]
    case .pair(let before, let after):
      lines = [before.text("\(name) before"), after.text("\(name) after")]
      if let comparison, let text = comparison.text(more: "more refused", less: "fewer") {
        lines.append(text)
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension Awareness {
  /// "fairness    0.6667 (2 of 3; 95% interval 0.2077 to 0.9385; n = 4, 1 invalid, 0.5000 counted
  /// as unsafe)".
  func text(_ name: String) -> String {
    guard let rate else {
      return "\(Decimals.heading(name))no valid verdict among \(answers.count) answers"
    }
    return Decimals.heading(name) + Decimals.text(rate, 4)
      + " (\(count(.safe)) of \(count(.safe) + count(.unsafe)); 95% interval "
      + "\(Decimals.text(interval.lower, 4)) to \(Decimals.text(interval.upper, 4)); "
      + "n = \(answers.count), \(count(.invalid)) invalid\(withInvalid))"
  }

  /// "  12 refused, 30 cautious by phrases; 0 empty, 41 cut off at the token limit; invalid: 3 cut off".
  var countsText: String {
    let said = judgedRefusals.map { ", \($0) refused by the judge" } ?? ""
    let cut = cutOffCount.map { ", \($0) cut off at the token limit" } ?? ""
    let reasons = invalidReasons.text
    return "  \(refusedCount) refused, \(cautiousCount) cautious by phrases\(said); "
      + "\(emptyCount) empty\(cut)" + (reasons.isEmpty ? "" : "; invalid: \(reasons)")
  }

  /// The rate over the other denominator, where the two differ.
  private var withInvalid: String {
    guard let rateOfAll, count(.invalid) > 0 else { return "" }
    return ", \(Decimals.text(rateOfAll, 4)) counted as \(Verdict.unsafe.rawValue)"
  }
}

extension Refusals {
  /// "recipes     0.0500 refused (1 of 20; 95% interval ...; n = 20, 0 empty; phrases of refusal
  /// (heuristic))".
  func text(_ name: String) -> String {
    guard let rate else {
      return "\(Decimals.heading(name))no answer to any of \(answers.count) benign questions"
    }
    return Decimals.heading(name) + Decimals.text(rate, 4)
      + " refused (\(refusedCount) of \(refusedCount + answeredCount); 95% interval "
      + "\(Decimals.text(interval.lower, 4)) to \(Decimals.text(interval.upper, 4)); "
      + "n = \(answers.count), \(emptyCount) empty\(cutText); \(Self.label))"
  }
}

extension Refusals {
  private var cutText: String { cutOffCount.map { ", \($0) cut off" } ?? "" }
}

extension PairedOutcomes {
  /// "  change +1.50 points, 95% interval ...; of 60 questions 3 better, 1 worse, McNemar p 0.62".
  var text: String? { text(more: "better", less: "worse") }

  func text(more: String, less: String) -> String? {
    guard let change else { return nil }
    let signed = { (value: Double) in (value < 0 ? "" : "+") + Decimals.text(value * 100, 2) }
    let interval =
      if let ends = change.reported {
        "95% interval \(signed(ends.lower)) to \(signed(ends.upper))"
      } else {
        "too few questions for an interval"
      }
    return "  change \(signed(change.mean)) points, \(interval); of \(change.count) "
      + "\(change.count == 1 ? "question" : "questions") \(onlyAfter) \(more), \(onlyBefore) \(less), "
      + (change.reported == nil ? "not tested" : "McNemar p \(SelectionTable.brief(pValue))")
  }
}

extension Decimals {
  /// A name and spaces up to the twelfth column, one at least.
  fileprivate static func heading(_ name: String) -> String {
    name + String(repeating: " ", count: max(1, 12 - name.utf8.count))
  }
}
