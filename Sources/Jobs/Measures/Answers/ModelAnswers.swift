// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation

/// What one model answers: each list of questions once, whichever measures look at the answers.
public final class ModelAnswers {
  /// What a list of questions is for, as its files are named.
  public enum Kind: String, Sendable {
    /// Questions that ask for awareness.
    case awareness
    /// Benign questions.
    case benign

    /// What the files of a list are named by: "awareness-fairness-before".
    func name(of list: QuestionList, _ side: String?) -> String {
      "\(rawValue)-\(list.name)-\(side ?? onlySide)"
    }

    /// The files with the answers to lists and the journals of answering them.
    func fileNames(of lists: [QuestionList], _ side: String?) -> [String] {
      lists.flatMap { list in
        let name = name(of: list, side)
        return ["\(name).jsonl", ItemJournal.fileName(name)]
      }
    }
  }

  /// What files of the only side are named by.
  private static let onlySide = "answers"

  /// "before", "after", or "answers" where there is one side only, as files are named.
  let side: String
  /// Where items and journals go; nil for nowhere.
  let directory: String?
  let shouldStop: () -> Bool
  private let label: String
  private let report: (MeasureProgress) -> Void
  private let open: () throws -> any Answerer
  private var answerer: (any Answerer)?
  private var known: [String: [Answer]] = [:]
  /// The answers so far, by question: drafts for a model that probably answers alike.
  private(set) var byQuestion: [String: Answer] = [:]

  /// - Parameters:
  ///   - side: "before", "after", or what else files are named by; nil where there is no other side.
  ///   - label: What people call the side; nil for the same.
  ///   - directory: Where items and journals go; nil for nowhere.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  ///   - answerer: Who answers; made when the first question is asked.
  public init(
    _ side: String?, as label: String? = nil, directory: String?,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (MeasureProgress) -> Void = { _ in },
    answerer: @escaping () throws -> any Answerer
  ) {
    self.side = side ?? Self.onlySide
    self.label = label ?? self.side
    self.directory = directory
    self.shouldStop = shouldStop
    self.report = report
    open = answerer
  }

  /// The answers to a list, in its order; finished ones are found again in the folder.
  ///
  /// - Throws: `SPINError` where the folder holds answers of another run, and as the answerer.
  public func answers(to list: QuestionList, _ kind: Kind) throws -> [Answer] {
    let key = kind.name(of: list, side)
    if let answers = known[key] { return answers }
    let answerer = try self.answerer ?? open()
    self.answerer = answerer
    let store = AnswerStore(
      questions: list.questions, places: list.places, name: key, directory: directory)
    let answers = try during(list) {
      try store.answers(by: answerer, shouldStop: shouldStop, report: $0)
    }
    known[key] = answers
    byQuestion.merge(zip(list.questions, answers)) { _, new in new }
    return answers
  }

  /// Does work on the answers to a list, and reports it by the name of the list.
  func during<Value>(
    _ list: QuestionList, _ work: (_ report: (AwarenessEvaluation.Progress) -> Void) throws -> Value
  ) rethrows -> Value {
    let title = "\(list.name) \(label)"
    let value = try work { progress in
      switch progress {
      case .answering(let count): report(.began(title, count: count))
      case .answered(let tokens, let drafted):
        report(.advanced(tokens: tokens, drafted: drafted))
      case .judging(let count): report(.began("\(title) verdicts", count: count))
      case .judged: report(.advanced(tokens: 0))
      }
    }
    report(.ended)
    return value
  }
}
