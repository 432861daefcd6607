// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// Asks an answerer for the answers to a list of questions, each once, and keeps them in a folder.
///
/// An answer that is missing for a reason that may pass is not kept: the next run asks again.
struct AnswerStore {
  let questions: [String]
  /// Of the journal `.NAME.journal`.
  let name: String
  let directory: String?

  /// The answers, in order.
  ///
  /// - Throws: `SPINError` where the folder holds answers of another run, and as the answerer.
  func answers(
    by answerer: any Answerer, shouldStop: () -> Bool,
    report: (AwarenessEvaluation.Progress) -> Void
  ) throws -> [Answer] {
    let journal = try directory.map { directory in
      try FileSystem.ensureDirectory(directory)
      let list = JSON.array(questions.map { .string($0) })
      return try ItemJournal(
        path: "\(directory)/.\(name).journal", kind: "answers",
        identity: FileDigest.sha256(of: [answerer.identity, list]))
    }
    var answers: [Int: Answer] = [:]
    for item in journal?.items ?? [] { answers[try item.required("index")] = try Answer(item) }
    let open = questions.indices.filter { answers[$0] == nil }
    report(.answering(open.count))
    try journal.during {
      try answerer.answer(open.map { questions[$0] }, shouldStop: shouldStop) {
        place, answer in
        answers[open[place]] = answer
        if answer.missing?.isTransient != true {
          var item: JSONObject = ["index": JSON(open[place])]
          for (key, value) in answer.json.members { item[key] = value }
          try journal?.record(item)
        }
        report(.answered(tokens: answer.tokenCount))
      }
    }
    return questions.indices.map { index in
      guard let answer = answers[index] else {
        preconditionFailure("the answerer left out question \(index)")
      }
      return answer
    }
  }
}

extension ItemJournal? {
  /// Does work that records items; with a journal they are on disk afterwards, however it ends.
  func during(_ work: () throws -> Void) throws {
    if let self { try self.during(work) } else { try work() }
  }
}

extension FileDigest {
  /// The digest of some values, as one JSON array.
  static func sha256(of parts: [JSON]) -> String {
    sha256(Array(JSON.array(parts).serialized(indented: false).utf8))
  }
}
