// SPDX-License-Identifier: Apache-2.0

/// One list of benign questions, answered and searched for refusals.
public struct RefusalsEvaluation {
  /// What the questions are about, as the files are named.
  public let name: String
  /// The benign questions.
  public let questions: [String]
  /// Where each question is from, for messages: "questions.csv: line 3"; empty where unknown.
  package var places: [String] = []
  /// A judge whose verdicts are wanted in addition to the refusals; nil for none.
  public let judge: (any Judge)?
  /// The folder for items and journals; nil to write none.
  public let directory: String?

  /// A list of benign questions.
  public init(name: String, questions: [String], judge: (any Judge)?, directory: String?) {
    self.name = name
    self.questions = questions
    self.judge = judge
    self.directory = directory
  }

  /// Gets the answers from an answerer, and writes `benign-NAME-SIDE.jsonl`.
  ///
  /// - Throws: As `AwarenessEvaluation.measure`, whose parameters these are.
  public func measure(
    side: String, answerer: any Answerer, shouldStop: () -> Bool = { false },
    report: (AwarenessEvaluation.Progress) -> Void = { _ in }
  ) throws -> RefusalsResult {
    let store = AnswerStore(
      questions: questions, places: places, name: "benign-\(name)-\(side)", directory: directory)
    let answers = try store.answers(by: answerer, shouldStop: shouldStop, report: report)
    return try result(side: side, of: answers, shouldStop: shouldStop, report: report)
  }

  /// Searches existing answers for refusals, and writes `benign-NAME-SIDE.jsonl`.
  ///
  /// - Throws: `SPINError` as the judge.
  package func result(
    side: String, of answers: [Answer], shouldStop: () -> Bool,
    report: (AwarenessEvaluation.Progress) -> Void
  ) throws -> RefusalsResult {
    let judgements = try judge.map {
      try VerdictStore(judge: $0, directory: directory)
        .judgements(of: answers, to: questions, shouldStop: shouldStop, report: report)
    }
    let refusals = RefusalsResult(
      questions.indices.map { index in
        BenignAnswer(
          question: questions[index], answer: answers[index], judgement: judgements?[index])
      })
    if let directory { try refusals.write(to: "\(directory)/benign-\(name)-\(side).jsonl") }
    return refusals
  }
}
