// SPDX-License-Identifier: Apache-2.0

/// One list of questions, answered and judged.
///
///     let evaluation = AwarenessEvaluation(
///       name: "fairness", questions: questions, judge: PhraseJudge(), directory: "run/evaluation")
///     let before = try evaluation.measure(side: "before", answerer: untouched)
///     let after = try evaluation.measure(side: "after", answerer: edited)
///     let comparison = try AwarenessChange(before: before, after: after)
///
/// With a folder, finished answers and verdicts are stored there and not requested again. A pair of
/// question and answer is judged once, however often it occurs and on whichever side.
public struct AwarenessEvaluation {
  /// Progress, as events to show.
  public enum Progress: Sendable, Equatable {
    /// This many answers are missing, and are requested now.
    case answering(Int)
    /// An answer with this number of tokens has arrived, of which a draft foretold some.
    case answered(tokens: Int, drafted: Int = 0)
    /// This many verdicts are missing, and are requested now.
    case judging(Int)
    /// A verdict has arrived.
    case judged
  }

  /// What the questions are about, as the files are named.
  public let name: String
  /// The questions, in order.
  public let questions: [String]
  /// Where each question is from, for messages: "questions.csv: line 3"; empty where unknown.
  package var places: [String] = []
  /// The judge of the answers.
  public let judge: any Judge
  /// The folder for items and journals; nil to write none.
  public let directory: String?
  /// Which questions occur in other data; items say so.
  public let overlap: QuestionOverlap?

  /// A list of questions with a judge.
  public init(
    name: String, questions: [String], judge: any Judge, directory: String?,
    overlap: QuestionOverlap? = nil
  ) {
    self.name = name
    self.questions = questions
    self.judge = judge
    self.directory = directory
    self.overlap = overlap
  }

  /// Gets the answers from an answerer, judges them, and writes `awareness-NAME-SIDE.jsonl`.
  ///
  /// - Parameters:
  ///   - side: "before", "after", or "answers" where there is one side only.
  ///   - answerer: The model that answers.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` where the folder holds answers of another run, and as answerer and judge.
  public func measure(
    side: String, answerer: any Answerer, shouldStop: () -> Bool = { false },
    report: (Progress) -> Void = { _ in }
  ) throws -> AwarenessResult {
    let store = AnswerStore(
      questions: questions, places: places, name: "awareness-\(name)-\(side)", directory: directory)
    let answers = try store.answers(by: answerer, shouldStop: shouldStop, report: report)
    return try result(side: side, of: answers, shouldStop: shouldStop, report: report)
  }

  /// Judges existing answers, and writes `awareness-NAME-SIDE.jsonl`.
  ///
  /// - Throws: `SPINError` as the judge.
  package func result(
    side: String, of answers: [Answer], shouldStop: () -> Bool, report: (Progress) -> Void
  ) throws -> AwarenessResult {
    let judgements = try VerdictStore(judge: judge, directory: directory)
      .judgements(of: answers, to: questions, shouldStop: shouldStop, report: report)
    let awareness = AwarenessResult(
      questions.indices.map { index in
        JudgedAnswer(
          index: index, question: questions[index], answer: answers[index],
          judgement: judgements[index])
      })
    if let directory {
      try awareness.write(
        to: "\(directory)/awareness-\(name)-\(side).jsonl",
        VerdictNames(isHeuristic: judge.isHeuristic), overlap: overlap)
    }
    return awareness
  }
}
