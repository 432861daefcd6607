// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON

/// In what share of the answers cautionary phrases occur before and after an edit: the paper's figure 7.
///
/// It looks at the answers to the questions for awareness, and decides no rate.
public struct Phrases: MeasureOfAnswers {
  /// "phrases".
  public let name = "phrases"
  /// The questions, by what they are about.
  public let lists: [QuestionList]

  /// The questions whose answers are looked at.
  public init(_ lists: [QuestionList]) {
    // In the order of `spin evaluate phrases`, which finds the lists in a folder.
    self.lists = lists.sorted { $0.name < $1.name }
  }

  /// The questions with their answers.
  public func measure(_ answers: ModelAnswers) throws -> [[QuestionAnswer]] {
    try lists.map { list in
      zip(list.questions, try answers.answers(to: list, .awareness)).map {
        QuestionAnswer(question: $0, answer: $1.text)
      }
    }
  }

  /// The phrases in the answers of two models; nil for one.
  public func outcome(
    of results: Sides<[[QuestionAnswer]]>, _ models: ComparedModels?
  ) throws -> PhrasesOutcome? {
    guard case .pair(let before, let after) = results else { return nil }
    return PhrasesOutcome(
      lists: try lists.enumerated().map { place, list in
        (
          list.name,
          try PhraseFrequencies(
            .forQuestions(named: list.name), before: before[place], after: after[place],
            at: list.name)
        )
      })
  }
}

/// The frequencies of phrases in the answers to each list of questions.
public struct PhrasesOutcome: MeasureOutcome {
  /// By the name of the list.
  public let lists: [(name: String, frequencies: PhraseFrequencies)]

  /// What was counted in the answers to each list.
  public init(lists: [(name: String, frequencies: PhraseFrequencies)]) { self.lists = lists }

  /// The members of `phrases.json`.
  public var json: JSONObject {
    var object = JSONObject()
    for (name, frequencies) in lists { object[name] = frequencies.json }
    return object
  }
}

extension Phrases: RequestedMeasure {
  static let absent = AbsentMeasure()

  init?(_ context: MeasureContext) throws {
    guard !context.lists.isEmpty else { return nil }
    self.init(context.lists)
  }

  var requestEntries: [RequestRecord.Entry] { [] }
}
