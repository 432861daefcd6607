// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// Gets verdicts from a judge, once for each pair of question and answer, and stores them in a folder.
///
/// Verdicts are stored by the digest of the pair: an answer that an edit did not change is judged once,
/// and so is one that recurs in another list or a later run. Each judge has a journal of its own, so
/// that the verdicts of several appear next to each other. Verdicts that are invalid for a reason that may
/// pass are not stored: the next run requests them again.
package struct VerdictStore {
  let judge: any Judge
  let directory: String?

  /// The name of the journal with the verdicts of a judge.
  package static func fileName(_ judge: any Judge) -> String {
    ItemJournal.fileName("verdicts-\(identity(judge).prefix(12))")
  }

  private static func identity(_ judge: any Judge) -> String {
    FileDigest.sha256(of: [judge.identity])
  }

  /// This many invalid verdicts without a valid one are no accident.
  private static let fewestToFail = 10

  /// The judgements of answers to questions, in order; an answer that is missing is not shown to the
  /// judge and gets an invalid one.
  ///
  /// - Throws: As `judgements(of:shouldStop:report:)`.
  func judgements(
    of answers: [Answer], to questions: [String], shouldStop: () -> Bool,
    report: (AwarenessEvaluation.Progress) -> Void
  ) throws -> [Judgement] {
    let given = questions.indices.filter { answers[$0].missing == nil }
    let found = try judgements(
      of: given.map { QuestionAnswer(question: questions[$0], answer: answers[$0].text) },
      shouldStop: shouldStop, report: report)
    var judgements = questions.map { _ in Judgement(.invalid, reason: .noAnswer) }
    for (index, judgement) in zip(given, found) { judgements[index] = judgement }
    return judgements
  }

  /// The judgements, in order.
  ///
  /// - Throws: `SPINError` where a journal is damaged, where of ten answers or more none has a valid
  ///   verdict for the judge's reasons, and as the judge.
  func judgements(
    of pairs: [QuestionAnswer], shouldStop: () -> Bool,
    report: (AwarenessEvaluation.Progress) -> Void
  ) throws -> [Judgement] {
    let journal = try directory.map { directory in
      try FileSystem.ensureDirectory(directory)
      return try ItemJournal(
        path: "\(directory)/\(Self.fileName(judge))", kind: "verdicts",
        identity: Self.identity(judge))
    }
    var judgements: [String: Judgement] = [:]
    for item in journal?.items ?? [] {
      judgements[try item.required("item")] = try Judgement(item)
    }
    let keys = pairs.map { FileDigest.sha256(of: [.string($0.question), .string($0.answer)]) }
    var open: [(key: String, pair: QuestionAnswer)] = []
    var seen = Set(judgements.keys)
    for (key, pair) in zip(keys, pairs) where seen.insert(key).inserted { open.append((key, pair)) }
    report(.judging(open.count))
    try journal.during {
      try judge.judge(open.map(\.pair), shouldStop: shouldStop) { place, judgement in
        judgements[open[place].key] = judgement
        if judgement.reason?.isTransient != true {
          var item: JSONObject = ["item": .string(open[place].key)]
          for (key, value) in judgement.json(VerdictNames(isHeuristic: judge.isHeuristic)).members {
            item[key] = value
          }
          try journal?.record(item)
        }
        report(.judged)
      }
    }
    let found = keys.map { key in
      guard let judgement = judgements[key] else {
        preconditionFailure("the judge left out an item")
      }
      return judgement
    }
    try check(found)
    return found
  }

  /// - Throws: `SPINError` where no verdict is valid: the judge is not the model that was expected, or
  ///   its prompt is wrong, and rates would be meaningless.
  private func check(_ judgements: [Judgement]) throws {
    let failed = judgements.filter { $0.verdict == .invalid && $0.reason != .emptyAnswer }
    guard failed.count >= Self.fewestToFail,
      !judgements.contains(where: { $0.verdict != .invalid })
    else { return }
    let counts = InvalidReasons(failed)
    let reason = counts.mostFrequent ?? .noVerdict
    let example = failed.first { $0.reason == reason && $0.text?.isEmpty == false }?.text
    throw SPINError(
      .unavailable, at: "the judge \(judge.label)",
      "gave no valid verdict on any of \(failed.count) answers (\(counts.text))"
        + (example.map { ", such as \(JSON.string($0).brief)" } ?? ""),
      remedy: judge.remedy(whereAllAre: reason))
  }
}
