// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINJSON
import SPINStorage

/// Answers as an evaluation of awareness leaves them: one JSON object a line with `question` and
/// `answer`.
public struct AnswerFile: Sendable {
  /// The path of the file.
  public let path: String
  /// The answers in the order of the file.
  public let answers: [QuestionAnswer]

  /// Reads a file.
  ///
  /// - Throws: `SPINError` as `RecordTable`, and that names the line where one is no such object.
  public init(path: String) throws {
    self.path = path
    answers = try RecordTable(path: path).records.map { record in
      QuestionAnswer(
        question: try record.fields.required("question", as: String.self),
        answer: try record.fields.required("answer", as: String.self))
    }
  }
}

/// The files of answers that evaluations of awareness left in a folder.
public struct AnswerFolder: Sendable {
  /// One set of questions.
  public struct Entry: Sendable, Equatable {
    /// What the questions are about.
    public let name: String
    /// The file of the untouched model's answers, or of the only model's.
    public let before: String
    /// The file of the edited model's answers, where there is one.
    public let after: String?
  }

  /// The sets, by name.
  public let entries: [Entry]

  /// Looks for `awareness-NAME-before.jsonl` with `awareness-NAME-after.jsonl`, and for
  /// `awareness-NAME-answers.jsonl` where there is no edit.
  ///
  /// - Throws: `SPINError` where the folder cannot be read, has no such file, or has one side only.
  public init(path: String) throws {
    var sides: [String: Set<String>] = [:]
    for file in try FileSystem.names(in: path)
    where file.hasPrefix("awareness-") && file.hasSuffix(".jsonl") {
      let stem = file.dropFirst("awareness-".count).dropLast(".jsonl".count)
      for side in ["before", "after", "answers"] where stem.hasSuffix("-\(side)") {
        sides[String(stem.dropLast(side.count + 1)), default: []].insert(side)
      }
    }
    guard !sides.isEmpty else {
      throw SPINError(
        .missingInput, at: path, "has no answers, files such as awareness-privacy-before.jsonl",
        remedy: Self.remedy(path))
    }
    entries = try sides.keys.sorted().map { name in
      let found = sides[name] ?? []
      func file(_ side: String) -> String { "\(path)/awareness-\(name)-\(side).jsonl" }
      if found.isSuperset(of: ["before", "after"]) {
        return Entry(name: name, before: file("before"), after: file("after"))
      }
      guard found.contains("answers") else {
        throw SPINError(
          .missingInput, at: path,
          "has the answers to \"\(name)\" on the side \(found.sorted().joined()) only",
          remedy: "let `spin evaluate awareness` finish")
      }
      return Entry(name: name, before: file("answers"), after: nil)
    }
  }
}

extension AnswerFolder {
  /// Where the answers of a folder without any may be: a run keeps them in a folder of its own.
  private static func remedy(_ path: String) -> String {
    let inner = "\(path)/evaluation"
    if (try? AnswerFolder(path: inner)) != nil { return "give the folder \(inner), which has some" }
    return "give the folder that `spin evaluate awareness --out` wrote, or RUN/evaluation of a "
      + "`spin run` with --questions"
  }

  /// How often cautionary phrases occur in the answers of each set, before and after where there are
  /// both.
  ///
  /// - Parameter phrases: The phrases; nil for those of the paper.
  /// - Throws: As `AnswerFile` and `PhraseFrequencies`.
  public func frequencies(
    of phrases: CautionaryPhrases? = nil
  ) throws -> [(name: String, frequencies: PhraseFrequencies)] {
    try entries.map { entry in
      let list = phrases ?? .forQuestions(named: entry.name)
      let before = try AnswerFile(path: entry.before).answers
      guard let after = entry.after else {
        return (entry.name, PhraseFrequencies(list, answers: before))
      }
      let answers = try AnswerFile(path: after).answers
      return (entry.name, try PhraseFrequencies(list, before: before, after: answers, at: after))
    }
  }
}
