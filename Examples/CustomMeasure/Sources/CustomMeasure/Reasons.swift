// SPDX-License-Identifier: Apache-2.0

import SPIN

/// The share of answers that contain one of some words.
struct Reasons: MeasureOfAnswers {
  let name = "reasons"
  let list: QuestionList
  let words: [String]

  /// Everything that decides the results, besides the model: a run with other words is another run.
  var identity: JSONObject {
    [
      "reasons_questions": .string(list.digest), "reasons_count": JSON(list.questions.count),
      "reasons_words": .array(words.map { .string($0) }),
    ]
  }

  /// One value for each answer: whether it contains one of the words.
  func measure(_ answers: ModelAnswers) throws -> [Bool] {
    try answers.answers(to: list, .awareness).map { answer in
      words.contains { answer.text.lowercased().contains($0) }
    }
  }

  func outcome(of results: Sides<[Bool]>, _ models: ComparedModels?) -> ReasonsOutcome? {
    ReasonsOutcome(name: list.name, sides: results)
  }
}

/// The share on each side, and its change with McNemar's test.
struct ReasonsOutcome: MeasureOutcome {
  let name: String
  let sides: Sides<[Bool]>

  /// The table of the report.
  var section: MeasureSection? { MeasureSection(title: "Answers that give a reason") }

  var quantities: [MeasuredQuantity] {
    [
      MeasuredQuantity(
        name, title: "\(name) answers with a reason", items: "answers", scale: .share,
        sides.map { .init(.init(share($0)), count: $0.count) }, change: change)
    ]
  }

  /// The members of `reasons.json`.
  var json: JSONObject { ["shares": .array(sides.all.map { .number(share($0)) })] }

  private func share(_ answers: [Bool]) -> Double {
    Double(answers.count { $0 }) / Double(max(answers.count, 1))
  }

  private var change: MeasuredQuantity.Change? {
    guard case .pair(let before, let after) = sides else { return nil }
    let outcomes = PairedOutcomes(zip(before, after).map { (before: $0, after: $1) })
    return outcomes.change.map { change in
      .init(
        .init(change.mean, lower: change.lower, upper: change.upper),
        pValue: outcomes.reportedPValue)
    }
  }
}
