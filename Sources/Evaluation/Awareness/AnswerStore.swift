// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINGeneration
import SPINJSON
import SPINStorage

/// Gets the answers to a list of questions from an answerer, each once, and stores them in a folder.
///
/// Answers are stored by the digest of the question, since an answer depends on nothing else of the list: a
/// larger limit, other questions left out, or a repeated question reuse the stored answers.
/// An answer that is missing for a temporary reason is not stored: the next run requests it again.
package struct AnswerStore {
  private let questions: [String]
  private let places: [String]
  private let name: String
  private let directory: String?

  /// - Parameters:
  ///   - questions: The questions.
  ///   - places: Where each of them is from, for messages; empty where unknown.
  ///   - name: Of the journal, as `ItemJournal.fileName` takes it.
  ///   - directory: The folder; nil for nowhere.
  package init(questions: [String], places: [String] = [], name: String, directory: String?) {
    self.questions = questions
    self.places = places
    self.name = name
    self.directory = directory
  }

  /// The answers, in order.
  ///
  /// - Throws: `SPINError` where the folder holds answers of another run, and as the answerer.
  package func answers(
    by answerer: any Answerer, shouldStop: () -> Bool,
    report: (AwarenessEvaluation.Progress) -> Void
  ) throws -> [Answer] {
    let journal = try directory.map { directory in
      try FileSystem.ensureDirectory(directory)
      return try ItemJournal(
        path: "\(directory)/\(ItemJournal.fileName(name))", kind: "answers",
        identity: FileDigest.sha256(of: [answerer.identity]), about: answerer.identity)
    }
    var answers: [String: Answer] = [:]
    for item in journal?.items ?? [] { answers[try item.required("question")] = try Answer(item) }
    let keys = questions.map { FileDigest.sha256(Array($0.utf8)) }
    var seen = Set(answers.keys)
    let open = questions.indices.filter { seen.insert(keys[$0]).inserted }
    report(.answering(open.count))
    try journal.during {
      try located(open) {
        try answerer.answer(open.map { questions[$0] }, shouldStop: shouldStop) {
          place, answer in
          answers[keys[open[place]]] = answer
          if answer.missing?.isTransient != true {
            var item: JSONObject = ["question": .string(keys[open[place]])]
            for (key, value) in answer.json.members { item[key] = value }
            try journal?.record(item)
          }
          report(.answered(tokens: answer.tokenCount, drafted: answer.draftedCount))
        }
      }
    }
    return questions.indices.map { index in
      guard let answer = answers[keys[index]] else {
        preconditionFailure("the answerer left out question \(index)")
      }
      return answer
    }
  }
}

extension AnswerStore {
  /// Gets answers to questions; an error about one names its location.
  private func located(_ open: [Int], _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as SPINError where places.count == questions.count {
      throw TextGenerator.located(error, open.map { places[$0] })
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
