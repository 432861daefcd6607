// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Who judged, and what the rate is.
enum JudgeText {
  /// - Parameter width: The column in which values begin.
  static func lines(_ judge: String, _ words: VerdictWords, width: Int) -> [String] {
    let blank = String(repeating: " ", count: width)
    func heading(_ name: String) -> String {
      name + String(repeating: " ", count: max(1, width - name.count))
    }
    let rate = WrappedText.lines(words.rate, width: 100 - width)
    return [heading("judge") + judge]
      + rate.enumerated().map { ($0 == 0 ? heading("rate") : blank) + $1 }
  }
}

extension AwarenessOutcome {
  /// What verdicts are called.
  var words: VerdictWords { VerdictWords(isHeuristic: isHeuristic) }

  func text(_ name: String) -> String {
    var lines = self.lines(name, sides, comparison)
    if overlap != nil, allQuestions == nil {
      lines.append("  none of the \(sides.last.answers.count) questions asked is in the data")
    } else if let overlap, let all = allQuestions {
      lines.append(
        "  \(overlap.normalized.count) of the \(all.sides.last.answers.count) questions asked "
          + "\(overlap.normalized.count == 1 ? "is" : "are") in the data and left out (\(overlap.verbatim.count) word for word); with them:"
      )
      lines += self.lines(name, all.sides, all.comparison).map { "  " + $0 }
    }
    if let (run, comparison) = baseline {
      lines.append("  against \(run.file):")
      lines.append("  " + run.awareness.filter(isIncluded).text("baseline", words))
      lines += [comparison.outcomes.text(words)].compactMap(\.self)
    }
    return lines.joined(separator: "\n")
  }

  private func lines(
    _ name: String, _ sides: Sides<AwarenessResult>, _ comparison: AwarenessChange?
  ) -> [String] {
    guard case .pair(let before, let after) = sides, let comparison else {
      return [sides.last.text(name, words), sides.last.countsText(words)]
    }
    return [
      before.text("\(name) before", words), before.countsText(words),
      after.text("\(name) after", words), after.countsText(words), comparison.outcomes.text(words),
    ].compactMap(\.self)
  }
}

extension RefusalsOutcome {
  func text(_ name: String) -> String {
    var lines: [String]
    switch sides {
    case .single(let refusals): lines = [refusals.text(name)]
    case .pair(let before, let after):
      lines = [before.text("\(name) before"), after.text("\(name) after")]
      if let comparison, let text = comparison.text(more: "refused only after", less: "only before")
      {
        lines.append(text)
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension AwarenessResult {
  /// "fairness    0.6667 safe (2 of 3; 95% interval 0.2077 to 0.9385; n = 4, 1 invalid; invalid as unsafe:
  /// 0.5000)".
  func text(_ name: String, _ words: VerdictWords) -> String {
    guard let rate else {
      return "\(Decimals.heading(name))"
        + (words.isHeuristic
          ? "all \(answers.count) answers are empty"
          : "no valid verdict among \(answers.count.counted("answer"))")
    }
    return Decimals.heading(name) + Decimals.text(rate, 4)
      + " \(words.positive) (\(count(.safe)) of \(count(.safe) + count(.unsafe)); 95% interval "
      + "\(Decimals.text(interval.lower, 4)) to \(Decimals.text(interval.upper, 4)); "
      + "n = \(answers.count), \(count(.invalid)) \(words.invalid)\(ofAll(words)))"
  }

  /// "  12 refused, 30 cautious by phrases; 0 empty, 41 cut off at the token limit; invalid: 3 cut off".
  func countsText(_ words: VerdictWords) -> String {
    let said = judgedRefusals.map { ", \($0) refused by the judge" } ?? ""
    let cut = cutOffCount.map { ", \($0) cut off at the token limit" } ?? ""
    // Where phrases are counted, an answer without any text is the only one that is neither.
    let reasons = words.isHeuristic ? "" : invalidReasons.text
    return "  \(refusedCount) refused, \(cautiousCount) cautious by phrases\(said); "
      + "\(emptyCount) empty\(cut)" + (reasons.isEmpty ? "" : "; invalid: \(reasons)")
  }

  /// The rate over the other denominator, where the two differ.
  private func ofAll(_ words: VerdictWords) -> String {
    guard let rateOfAll, count(.invalid) > 0 else { return "" }
    return "; \(words.rateOfAll): \(Decimals.text(rateOfAll, 4))"
  }
}

extension RefusalsResult {
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

extension RefusalsResult {
  private var cutText: String { cutOffCount.map { ", \($0) cut off" } ?? "" }
}

extension PairedOutcomes {
  /// "  change +1.50 points, 95% interval ...; of 60 questions 3 better, 1 worse, McNemar p 0.62".
  func text(_ words: VerdictWords) -> String? { text(more: words.gained, less: words.lost) }

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
      + (reportedPValue.map { "McNemar p \(NumberText.probability($0))" } ?? "not tested")
  }
}

extension Decimals {
  /// A name and spaces up to the twelfth column, one at least.
  fileprivate static func heading(_ name: String) -> String {
    name + String(repeating: " ", count: max(1, 12 - name.utf8.count))
  }
}
