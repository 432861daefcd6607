// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
import SPINStatistics
import SPINStorage

/// What a model measures after an edit with several seeds, or as it is: the absolute values of the
/// paper's table 1.
public struct SeededMeasures: Sendable {
  /// A value under the name of its questions or task.
  public struct Named: Sendable {
    /// "fairness".
    public let name: String
    /// The value, mean over the seeds.
    public let estimate: SeededEstimate
    /// How many questions or windows.
    public let count: Int
    /// Of how many answers a rate says little, seed by seed; nil for what is of no answers.
    public var gaps: Gaps?
  }

  /// Empty answers and answers that were cut off, seed by seed.
  public struct Gaps: Sendable, Equatable {
    /// Answers without text.
    public let empty: [Int]
    /// Answers that ended at the token limit; empty where a seed does not know.
    public let cutOff: [Int]

    fileprivate init(empty: [Int], cutOff: [Int?]) {
      self.empty = empty
      let known = cutOff.compactMap(\.self)
      self.cutOff = known.count == cutOff.count ? known : []
    }
  }

  /// Which model of a comparison of two.
  enum Side { case before, after }

  /// The rate of each list of questions, with Wilson's interval; a list without a valid verdict is
  /// left out.
  public let awareness: [Named]
  /// The rate of refusals of each list of benign questions, with Wilson's interval.
  public let refusals: [Named]
  /// The perplexity of the text, where there is one; without interval.
  public let perplexity: Named?
  /// The accuracy of each task and group of tasks, with Wilson's interval.
  public let accuracy: [Named]

  /// The values of one side, a comparison a seed.
  ///
  /// - Precondition: there is at least one comparison; all are of the same questions and text.
  init(_ measures: [EvaluationComparison], _ side: Side) {
    let first = measures[0]
    awareness = first.awareness.enumerated().compactMap { place, list in
      let sides = measures.map { measure in
        side == .before ? measure.awareness[place].before : measure.awareness[place].after
      }
      return Named(
        list.name, sides.map(\.rate), sides.map(\.interval), count: sides[0].answers.count,
        gaps: Gaps(empty: sides.map(\.emptyCount), cutOff: sides.map(\.cutOffCount)))
    }
    refusals = first.refusals.enumerated().compactMap { place, list in
      let sides: [Refusals] = measures.compactMap { measure in
        guard case .pair(let before, let after) = measure.refusals[place].outcome.sides else {
          return nil
        }
        return side == .before ? before : after
      }
      guard sides.count == measures.count else { return nil }
      return Named(
        list.name, sides.map(\.rate), sides.map(\.interval), count: sides[0].answers.count,
        gaps: Gaps(empty: sides.map(\.emptyCount), cutOff: sides.map(\.cutOffCount)))
    }
    let texts = measures.compactMap { measure in
      measure.perplexity.map { side == .before ? $0.before : $0.after }
    }
    perplexity = texts.first.map { text in
      Named(
        name: "text", estimate: SeededEstimate(texts.map { .init($0.value) }),
        count: text.windowLosses.count)
    }
    accuracy = (first.choices?.rows ?? []).compactMap { task in
      guard task.group == nil else { return nil }
      let scores = measures.compactMap { measure in
        measure.choices?.rows.first { $0.name == task.name }?
          .scores[side == .before ? 0 : 1].scores.first
      }
      guard let count = scores.first?.count else { return nil }
      return Named(
        task.name, scores.map { $0.value },
        scores.map { score in
          .wilson(
            successes: min(max(0, Int(saturating: score.value * Double(score.count))), score.count),
            count: score.count)
        }, count: count)
    }
  }

  /// The numbers.
  public var json: JSON {
    func object(_ values: [Named]) -> JSON {
      var object = JSONObject()
      for value in values { object[value.name] = value.json }
      return .object(object)
    }
    return [
      "awareness": object(awareness), "refusals": object(refusals),
      "perplexity": perplexity?.json ?? .null, "accuracy": object(accuracy),
    ]
  }
}

extension SeededMeasures.Named {
  /// Nil where a seed has no rate.
  fileprivate init?(
    _ name: String, _ rates: [Double?], _ intervals: [ProportionInterval], count: Int,
    gaps: SeededMeasures.Gaps? = nil
  ) {
    let known = zip(rates, intervals).compactMap { rate, interval in
      rate.map { SeededEstimate.One($0, lower: interval.lower, upper: interval.upper) }
    }
    guard known.count == rates.count, !known.isEmpty else { return nil }
    self.init(name: name, estimate: SeededEstimate(known), count: count, gaps: gaps)
  }

  fileprivate var json: JSON {
    guard case .object(var object) = estimate.json else { return .null }
    object["p_value"] = nil
    object["n"] = JSON(count)
    if let gaps {
      object["empty"] = .array(gaps.empty.map { JSON($0) })
      object["cut_off"] = gaps.cutOff.isEmpty ? .null : .array(gaps.cutOff.map { JSON($0) })
    }
    return .object(object)
  }
}
