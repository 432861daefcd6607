// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON

/// What was found with all lists of benign questions: the shares refused, and with an edit their changes.
public struct RefusalsOutcomes: MeasureOutcome {
  /// What was found with one list.
  public struct List: Sendable {
    /// "everyday".
    public let name: String
    /// The SHA-256 of the questions' file.
    public let digest: String
    /// The shares and their change.
    public let outcome: RefusalsOutcome
  }

  /// In the order of the questions' files.
  public let lists: [List]
  private let heading: JSONObject
  private let remedyForEmptyAnswers: String
  private let answerLimit: Int

  init(settings: AnswerSettings, lists: [List]) {
    self.lists = lists
    heading = settings.heading
    remedyForEmptyAnswers = settings.remedyForEmptyAnswers
    answerLimit = settings.options.maxNewTokens
  }

  /// The member `benign` of `awareness.json`, and what all documents of answers begin with.
  public var json: JSONObject {
    var members = JSONObject()
    for list in lists { members[list.name] = list.outcome.json.beginning(list.digest) }
    var object = heading
    object["benign"] = .object(members)
    return object
  }

  /// The shares of each list.
  public var record: JSONObject {
    var members = JSONObject()
    for list in lists { members[list.name] = .object(list.outcome.json) }
    return ["refusals": .object(members)]
  }

  /// The share of each list that is refused.
  public var quantities: [MeasuredQuantity] {
    lists.map { list in
      MeasuredQuantity(
        list.name, title: "\(list.name) refused", items: "questions", scale: .share,
        list.outcome.sides.map {
          MeasuredQuantity.Value(
            $0.rate, $0.interval, count: $0.answers.count, gaps: ($0.emptyCount, $0.cutOffCount))
        }, change: .init(list.outcome.comparison))
    }
  }

  /// Many empty or missing answers.
  public var warnings: [String] {
    lists.flatMap { list in
      list.outcome.sides.named(list.name).flatMap {
        $1.warnings($0, emptyAnswers: remedyForEmptyAnswers)
      }
    }
  }

  /// The cut-off answers of all lists together.
  public var cutOff: Sides<CutOffAnswers>? {
    .sum(
      lists.map { list in
        list.outcome.sides.map { CutOffAnswers($0.answers.map(\.isCutOff), limit: answerLimit) }
      })
  }
}
