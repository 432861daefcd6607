// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
public import SPINStatistics

/// In what share of a model's answers each cautionary phrase occurs: the paper's figure 7.
///
///     let frequencies = try PhraseFrequencies(
///       .fairness, before: AnswerFile(path: a).answers, after: AnswerFile(path: b).answers)
///     print(frequencies.rows[0].phrase, frequencies.rows[0].after?.share ?? 0)
///
/// A phrase counts once an answer, however often it occurs there.
public struct PhraseFrequencies: Sendable, Equatable {
  /// In how many answers a phrase occurs.
  public struct Count: Sendable, Equatable {
    /// Answers with the phrase.
    public let answers: Int
    /// The number of answers.
    public let of: Int
    /// The share of answers with the phrase; 0 where there is no answer.
    public var share: Double { of > 0 ? Double(answers) / Double(of) : 0 }
    /// The 95% interval of Wilson around the share.
    public var interval: ProportionInterval { .wilson(successes: answers, count: of) }
  }

  /// How one phrase's share changes from the answers before to those after.
  public struct Change: Sendable, Equatable {
    /// Questions whose answer had the phrase before only, and after only.
    public let onlyBefore, onlyAfter: Int
    /// The change of the share with its 95% interval.
    public let share: PairedProportionInterval
    /// The exact two-sided p-value of McNemar's test.
    public let pValue: Double
    /// The same, adjusted by Holm's method for all phrases of the list.
    public let adjustedPValue: Double
  }

  /// The counts of one phrase.
  public struct Row: Sendable, Equatable {
    /// The phrase.
    public let phrase: String
    /// The answers of the untouched model, or of the only one.
    public let before: Count
    /// The answers of the edited model, where there is one.
    public let after: Count?
    /// Their comparison, question by question.
    public let change: Change?
  }

  /// The phrases, in the order of the list.
  public let rows: [Row]
  /// Answers with any of the phrases; its p-value is not among those that are adjusted.
  public let any: Row
  /// How many answers there are on each side.
  public let count: Int
  /// The phrases that were counted.
  public let list: CautionaryPhrases

  /// Counts phrases in the answers of one model.
  public init(_ phrases: CautionaryPhrases, answers: [QuestionAnswer]) {
    self.init(phrases, answers, nil)
  }

  /// Counts phrases in the answers of a model before and after an edit.
  ///
  /// - Parameters:
  ///   - phrases: The phrases.
  ///   - before: The answers of the untouched model.
  ///   - after: Those of the edited one.
  ///   - place: What the answers after the edit are called in messages.
  /// - Throws: `SPINError` where the two answer different questions.
  public init(
    _ phrases: CautionaryPhrases, before: [QuestionAnswer], after: [QuestionAnswer],
    at place: String = "the answers after the edit"
  ) throws {
    guard before.map(\.question) == after.map(\.question) else {
      throw SPINError(
        .malformedInput, at: place, "answers other questions than were answered before the edit",
        remedy: "compare answers to the same file of questions")
    }
    self.init(phrases, before, after)
  }

  private init(_ list: CautionaryPhrases, _ before: [QuestionAnswer], _ after: [QuestionAnswer]?) {
    let first = before.map { list.found(in: $0.answer) }
    let second = after.map { $0.map { list.found(in: $0.answer) } }
    let places = list.phrases.indices
    let tests = places.map { place in
      Self.test(first.map { $0[place] }, second?.map { $0[place] })
    }
    let adjusted = HolmCorrection.adjusted(tests.map { $0?.pValue ?? 1 })
    func row(_ phrase: String, _ first: [Bool], _ second: [Bool]?, _ adjusted: Double) -> Row {
      let test = Self.test(first, second)
      return Row(
        phrase: phrase, before: Self.count(first), after: second.map(Self.count),
        change: test.flatMap { test in
          first.isEmpty
            ? nil
            : Change(
              onlyBefore: test.onlyFirst, onlyAfter: test.onlySecond,
              share: PairedProportionInterval(
                onlyBefore: test.onlyFirst, onlyAfter: test.onlySecond, count: first.count),
              pValue: test.pValue, adjustedPValue: adjusted)
        })
    }
    rows = places.map { place in
      row(
        list.phrases[place], first.map { $0[place] }, second?.map { $0[place] }, adjusted[place])
    }
    let (anyBefore, anyAfter) = (first.map { $0.contains(true) }, second?.map { $0.contains(true) })
    any = row(Self.anyTitle(list), anyBefore, anyAfter, Self.test(anyBefore, anyAfter)?.pValue ?? 1)
    count = before.count
    self.list = list
  }

  /// "at least one of the 12": what stands for all phrases together.
  private static func anyTitle(_ list: CautionaryPhrases) -> String {
    "at least one of the \(list.phrases.count)"
  }

  private static func count(_ found: [Bool]) -> Count {
    Count(answers: found.count { $0 }, of: found.count)
  }

  private static func test(_ first: [Bool], _ second: [Bool]?) -> McNemarTest? {
    second.map { second in
      let pairs = zip(first, second)
      return McNemarTest(
        onlyFirst: pairs.count { $0 && !$1 }, onlySecond: pairs.count { !$0 && $1 })
    }
  }
}

extension PhraseFrequencies {
  /// The result: `n`, `phrases` with the share of answers on each side, and `any`.
  public var json: JSON {
    [
      "n": JSON(count), "phrases": .array(rows.map(\.json)), "any": any.json,
      "settings": [
        "match": "anywhere in the answer, whatever the case; once an answer",
        "interval": "Wilson", "level": .number(0.95), "test": "McNemar, exact, two-sided",
        "change_interval": .string(PairedProportionInterval.method),
        "adjustment": "Holm, over the phrases of this list",
        "list": .string(list.source.rawValue),
        "unknown_to_judge": .array(list.unknownToJudge.map { .string($0) }),
      ],
    ]
  }
}

extension PhraseFrequencies.Row {
  fileprivate var json: JSON {
    var object: JSONObject = ["phrase": .string(phrase)]
    for (side, count) in [
      (change == nil ? "result" : "before", Optional(before)), ("after", after),
    ] {
      guard let count else { continue }
      object[side] = .number(count.share)
      object["\(side)_count"] = JSON(count.answers)
      object["\(side)_lower"] = .number(count.interval.lower)
      object["\(side)_upper"] = .number(count.interval.upper)
    }
    guard let change else { return .object(object) }
    object["only_before"] = JSON(change.onlyBefore)
    object["only_after"] = JSON(change.onlyAfter)
    object["change"] = .number(change.share.mean)
    object["change_lower"] = change.share.reported.map { .number($0.lower) } ?? .null
    object["change_upper"] = change.share.reported.map { .number($0.upper) } ?? .null
    // Too few answers have neither interval nor test, by the rule of `Evidence`.
    let isTested = change.share.reported != nil
    object["p_value"] = isTested ? .number(change.pValue) : .null
    object["p_value_adjusted"] = isTested ? .number(change.adjustedPValue) : .null
    object["interval_status"] = .string(isTested ? "known" : "too few items")
    return .object(object)
  }
}
