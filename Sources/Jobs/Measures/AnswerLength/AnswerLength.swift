// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON
import SPINStatistics

/// How long a model's answers are, and how many of them are empty or were cut off at the token limit.
///
/// A rate rests on the answers that there are. An edit that makes a model answer nothing, or ramble up to the limit,
/// changes rates without changing what the model is aware of; these numbers tell.
public struct AnswerLength: MeasureOfAnswers {
  /// "answer-length".
  public let name = "answer-length"
  /// The questions, each list with what it is for.
  public let lists: [(list: QuestionList, kind: ModelAnswers.Kind)]

  /// Lists of questions.
  public init(_ lists: [QuestionList], benign: [QuestionList] = []) {
    self.lists = lists.map { ($0, .awareness) } + benign.map { ($0, .benign) }
  }

  /// The answers to all lists.
  public func measure(_ answers: ModelAnswers) throws -> [[Answer]] {
    try lists.map { try answers.answers(to: $0.list, $0.kind) }
  }

  /// The lengths of the answers to each list, and with an edit their changes.
  public func outcome(
    of results: Sides<[[Answer]]>, _ models: ComparedModels?
  ) -> AnswerLengthOutcome? {
    AnswerLengthOutcome(
      quantities: lists.enumerated().flatMap { place, entry in
        AnswerLengthOutcome.quantities(entry.list.name, results.map { $0[place] })
      })
  }
}

/// The lengths of the answers to each list of questions.
public struct AnswerLengthOutcome: MeasureOutcome {
  /// The mean number of words, and the shares of empty answers and of those that were cut off, list by list.
  public let quantities: [MeasuredQuantity]

  /// All of it is in the table.
  public var section: MeasureSection? {
    MeasureSection(
      title: "Length of answers",
      note:
        "Words are separated by whitespace; empty answers have none. Cut off: it ended at the token limit."
    )
  }

  fileprivate static func quantities(
    _ name: String, _ answers: Sides<[Answer]>
  ) -> [MeasuredQuantity] {
    func quantity(
      _ what: String, _ scale: MeasuredQuantity.Scale,
      _ value: ([Answer]) -> MeasuredQuantity.Value,
      _ change: ([Answer], [Answer]) -> MeasuredQuantity.Change?
    ) -> MeasuredQuantity {
      var found: MeasuredQuantity.Change?
      if case .pair(let before, let after) = answers { found = change(before, after) }
      return MeasuredQuantity(
        "\(name) \(what)", title: "\(name) \(what)", items: "answers", scale: scale,
        answers.map(value), change: found)
    }
    func share(_ what: String, _ holds: @escaping (Answer) -> Bool?) -> MeasuredQuantity {
      quantity(
        what, .share, { MeasuredQuantity.Value(share: $0.map(holds)) },
        { .init(PairedOutcomes(zip($0.map(holds), $1.map(holds)).map { ($0, $1) })) })
    }
    return [
      quantity(
        "answer length", .plain(unit: "words"), { .init(mean: $0.map(\.wordCount)) },
        { .init(differences: zip($0, $1).map { $1.wordCount - $0.wordCount }) }),
      share("empty") { $0.text.isEmpty },
      share("cut off") { $0.isCutOff },
    ]
  }
}

extension AnswerLengthOutcome {
  /// The numbers are in the chapter.
  public var json: JSONObject { [:] }
}

extension Answer {
  fileprivate var wordCount: Double {
    Double(text.split(whereSeparator: \.isWhitespace).count)
  }
}

extension MeasuredQuantity.Value {
  /// The mean of some numbers.
  fileprivate init(mean numbers: [Double]) {
    self.init(
      numbers.isEmpty ? nil : .init(numbers.reduce(0, +) / Double(numbers.count)),
      count: numbers.count)
  }

  /// The share of items that something holds for; nil stands for items of which that is not known.
  fileprivate init(share items: [Bool?]) {
    let known = items.compactMap(\.self)
    let count = known.count { $0 }
    self.init(
      known.isEmpty ? nil : Double(count) / Double(known.count),
      .wilson(successes: count, count: known.count), count: known.count)
  }
}

extension MeasuredQuantity.Change {
  /// The mean of differences between the same items; nil for none.
  fileprivate init?(differences: [Double]) {
    guard !differences.isEmpty else { return nil }
    let interval = PairedBootstrap(differences: differences)
    // Too few items have neither interval nor test, as everywhere.
    let isReported = differences.count >= Evidence.minimumCount && interval.lower.isFinite
    self.init(
      isReported
        ? .init(
          interval.mean, lower: interval.lower, upper: interval.upper, pValues: interval.pValues)
        : .init(interval.mean), pValue: isReported ? interval.pValues.twoSided : nil)
  }
}

extension AnswerLength: RequestedMeasure {
  static let absent = AbsentMeasure()

  init?(_ context: MeasureContext) throws {
    guard !context.lists.isEmpty || !context.benign.isEmpty else { return nil }
    self.init(context.lists, benign: context.benign)
  }

  var requestEntries: [RequestRecord.Entry] { [] }
}
