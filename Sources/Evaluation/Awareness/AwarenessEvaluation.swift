// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// One list of questions, answered and judged.
///
///     let evaluation = AwarenessEvaluation(
///       name: "fairness", questions: questions, judge: PhraseJudge(), directory: "run/evaluation")
///     let before = try evaluation.measure(side: "before", answerer: untouched)
///     let after = try evaluation.measure(side: "after", answerer: edited)
///     let comparison = try AwarenessComparison(before: before, after: after)
///
/// With a folder, finished answers and verdicts are kept there and not asked for again. A pair of
/// question and answer is judged once, however often it occurs and on whichever side.
public struct AwarenessEvaluation {
  /// What is done, for whoever shows it.
  public enum Progress: Sendable, Equatable {
    /// So many answers are missing, and are asked for now.
    case answering(Int)
    /// An answer of so many tokens has come.
    case answered(tokens: Int)
    /// So many verdicts are missing, and are asked for now.
    case judging(Int)
    /// A verdict has come.
    case judged
  }

  /// What the questions are about, as the files are named.
  public let name: String
  /// The questions.
  public let questions: [String]
  /// Who judges.
  public let judge: any Judge
  /// Where items and journals go; nil for nowhere.
  public let directory: String?

  /// A list of questions with a judge.
  public init(name: String, questions: [String], judge: any Judge, directory: String?) {
    self.name = name
    self.questions = questions
    self.judge = judge
    self.directory = directory
  }

  /// Lets someone answer, judges the answers, and writes `awareness-NAME-SIDE.jsonl`.
  ///
  /// - Parameters:
  ///   - side: "before", "after", or "answers" where there is one side only.
  ///   - answerer: Who answers.
  ///   - shouldStop: Asked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Told of what is done.
  /// - Throws: `SPINError` where the folder holds answers of another run, and as answerer and judge.
  public func measure(
    side: String, answerer: any Answerer, shouldStop: () -> Bool = { false },
    report: (Progress) -> Void = { _ in }
  ) throws -> Awareness {
    if let directory { try FileSystem.ensureDirectory(directory) }
    let answers = try answers(side, answerer, shouldStop, report)
    let pairs = zip(questions, answers).map { QuestionAnswer(question: $0, answer: $1) }
    let judgements = try judgements(of: pairs, shouldStop, report)
    let awareness = Awareness(
      zip(pairs, judgements).enumerated().map { index, item in
        JudgedAnswer(
          index: index, question: item.0.question, answer: item.0.answer, judgement: item.1)
      })
    if let directory {
      let lines = awareness.answers.map { $0.json.serialized(indented: false) + "\n" }
      try OutputFile.write(
        Array(lines.joined().utf8), to: "\(directory)/awareness-\(name)-\(side).jsonl")
    }
    return awareness
  }

  private func answers(
    _ side: String, _ answerer: any Answerer, _ shouldStop: () -> Bool,
    _ report: (Progress) -> Void
  ) throws -> [String] {
    let journal = try directory.map {
      try ItemJournal(
        path: "\($0)/.awareness-\(name)-\(side).journal", kind: "answers",
        identity: Self.digest([answerer.identity, .array(questions.map { .string($0) })]))
    }
    var answers: [Int: String] = [:]
    for item in journal?.items ?? [] {
      answers[try item.required("index")] = try item.required("answer", as: String.self)
    }
    let open = questions.indices.filter { answers[$0] == nil }
    report(.answering(open.count))
    try during(journal) {
      try answerer.answer(open.map { questions[$0] }, shouldStop: shouldStop) {
        place, answer, tokenCount in
        answers[open[place]] = answer
        try journal?.record(["index": JSON(open[place]), "answer": .string(answer)])
        report(.answered(tokens: tokenCount))
      }
    }
    return questions.indices.map { index in
      guard let answer = answers[index] else {
        preconditionFailure("the answerer left out question \(index)")
      }
      return answer
    }
  }

  private func judgements(
    of pairs: [QuestionAnswer], _ shouldStop: () -> Bool, _ report: (Progress) -> Void
  ) throws -> [Judgement] {
    let identity = Self.digest([judge.identity])
    let journal = try directory.map {
      // Another judge, another journal: its verdicts stand beside each other.
      try ItemJournal(
        path: "\($0)/.verdicts-\(identity.prefix(12)).journal", kind: "verdicts",
        identity: identity)
    }
    var judgements: [String: Judgement] = [:]
    for item in journal?.items ?? [] {
      judgements[try item.required("item")] = try Judgement(item)
    }
    let keys = pairs.map { Self.digest([.string($0.question), .string($0.answer)]) }
    var open: [(key: String, pair: QuestionAnswer)] = []
    var seen = Set(judgements.keys)
    for (key, pair) in zip(keys, pairs) where seen.insert(key).inserted { open.append((key, pair)) }
    report(.judging(open.count))
    try during(journal) {
      try judge.judge(open.map(\.pair), shouldStop: shouldStop) { place, judgement in
        judgements[open[place].key] = judgement
        var item: JSONObject = ["item": .string(open[place].key)]
        for (key, value) in judgement.json.members { item[key] = value }
        try journal?.record(item)
        report(.judged)
      }
    }
    return keys.map { key in
      guard let judgement = judgements[key] else {
        preconditionFailure("the judge left out an item")
      }
      return judgement
    }
  }

  /// Makes sure that what was done is on disk, however the work ends.
  private func during(_ journal: ItemJournal?, _ work: () throws -> Void) throws {
    guard let journal else { return try work() }
    try journal.during(work)
  }

  private static func digest(_ parts: [JSON]) -> String {
    FileDigest.sha256(Array(JSON.array(parts).serialized(indented: false).utf8))
  }
}
