// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
public import SPINEvaluation
import SPINScores

/// Questions under a name.
public struct QuestionList: Sendable {
  /// The name, of which files are named.
  public let name: String
  /// The path of their file.
  let path: String
  /// The SHA-256 of it.
  public let digest: String
  /// The questions, in order.
  public let questions: [String]
  /// Where each question is, for messages.
  let places: [String]
  /// Which of them are in data that an edit was made with; nil where not requested.
  public let overlap: QuestionOverlap?

  /// The first questions of a list, or a part of these.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - list: The list.
  ///   - limit: How many of its questions; nil for all.
  ///   - part: The part of these.
  ///   - seen: Data whose prompts are left out of the results; nil where not requested.
  /// - Throws: `SPINError` where the name is no file's, or no question is left.
  public init(
    name: String, _ list: TextList, limit: Int? = nil, part: EvaluationPart = .whole,
    seen: [TextList]? = nil
  ) throws {
    try ScoreDirectory.checkName(name)
    let texts = Array(list.texts.prefix(limit ?? list.texts.count))
    let members = part.places(of: texts)
    let questions = members.map { texts[$0] }
    self.name = name
    path = list.path
    digest = list.digest
    self.questions = questions
    places = members.map { list.places[$0] }
    overlap = seen.map { QuestionOverlap(questions, in: $0) }
    try QuestionOverlap.requireQuestions(questions.count, without: overlap, named: name)
  }
}
