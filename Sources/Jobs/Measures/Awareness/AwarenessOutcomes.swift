// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON
import SPINReport

/// What was found with all lists of questions: the rates, and with an edit their changes.
public struct AwarenessOutcomes: MeasureOutcome {
  /// What was found with one list.
  public struct List: Sendable {
    /// "fairness".
    public let name: String
    /// The SHA-256 of the questions' file.
    public let digest: String
    /// All answers, questions that are in other data included.
    let sides: Sides<AwarenessResult>
    /// The rates and their change.
    public let outcome: AwarenessOutcome
  }

  /// In the order of the questions' files.
  public let lists: [List]
  /// How the judge is labelled.
  public let judge: String
  private let heading: JSONObject
  private let remedyForEmptyAnswers: String
  private let answerLimit: Int

  init(settings: AnswerSettings, lists: [List]) {
    self.lists = lists
    judge = settings.judge.label
    heading = settings.heading
    remedyForEmptyAnswers = settings.remedyForEmptyAnswers
    answerLimit = settings.options.maxNewTokens
  }

  /// The members of `awareness.json`.
  public var json: JSONObject {
    var object = heading
    for list in lists { object[list.name] = list.outcome.json.beginning(list.digest) }
    return object
  }

  /// The rates and counts of each list.
  public var record: JSONObject {
    var sets = JSONObject()
    for list in lists {
      guard case .pair(let before, let after) = list.outcome.sides,
        let comparison = list.outcome.comparison
      else { continue }
      let names = list.outcome.names
      sets[list.name] = [
        "before": before.rate.map { .number($0) } ?? .null,
        "after": after.rate.map { .number($0) } ?? .null, "n": JSON(after.answers.count),
        "comparison": comparison.json(names),
        "counts": ["before": before.counts(names), "after": after.counts(names)],
      ]
    }
    return ["awareness": .object(sets)]
  }

  /// The rate of each list: what edits are ranked by.
  public var quantities: [MeasuredQuantity] {
    lists.map { list in
      let words = VerdictWords(isHeuristic: list.outcome.isHeuristic)
      return MeasuredQuantity(
        list.name, title: "\(list.name) \(words.measure)", items: "questions", scale: .share,
        role: .ranked,
        list.outcome.sides.map {
          MeasuredQuantity.Value(
            $0.rate, $0.interval, count: $0.answers.count, gaps: ($0.emptyCount, $0.cutOffCount))
        }, change: .init(list.outcome.comparison?.outcomes))
    }
  }

  /// Many empty or missing answers, many invalid verdicts.
  public var warnings: [String] {
    lists.flatMap { list in
      list.sides.named(list.name).flatMap { $1.warnings($0, emptyAnswers: remedyForEmptyAnswers) }
    }
  }

  /// Of the answers that count.
  public var cutOff: Sides<CutOffAnswers>? {
    .sum(
      lists.map { list in
        list.outcome.sides.map { CutOffAnswers($0.answers.map(\.isCutOff), limit: answerLimit) }
      })
  }
}

extension JSONObject {
  /// The same members behind the digest of the questions that they are of.
  func beginning(_ digest: String) -> JSON {
    var object: JSONObject = ["questions_sha256": .string(digest)]
    for (key, value) in members { object[key] = value }
    return .object(object)
  }
}
