// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINEvaluation
import SPINJSON

extension ChoiceTask {
  private static let raceColumns =
    "article and problems, or article, question, options and answer with one question a record"

  /// RACE, the part of high schools: questions about an article.
  ///
  /// An article is one item: its last question is asked, and the earlier ones stand before it with
  /// their answers.
  ///
  /// - Source: Lai et al. 2017, arXiv:1704.04683.
  public static let race = ChoiceTask(
    name: "race", version: "3.0", metrics: [.accuracy],
    examples: .drawnFromItems(leavingOut: false), source: "EleutherAI/race, high, test",
    sourceCount: 1045, columns: raceColumns
  ) { records in
    guard let first = records.first, first.fields["problems"] == nil else {
      return (try records.map { try raceItem(ChoiceRecord($0, expecting: raceColumns)) }, [])
    }
    return try raceItems(ofQuestions: records)
  }

  /// An article with a Python literal, or a list, of its problems.
  private static func raceItem(_ record: ChoiceRecord) throws -> ChoiceItem {
    let value = try record.value("problems")
    let list = try value.string.map { try PythonLiteral.value(of: $0, at: "problems") } ?? value
    guard let problems = list.array, !problems.isEmpty else {
      throw record.failure("\"problems\" is \(value.brief), not a list of problems")
    }
    let parsed = try problems.map { problem in
      guard let fields = problem.object else {
        throw record.failure("\"problems\" holds \(problem.brief), not a problem")
      }
      return try RACEProblem(record.inner(fields))
    }
    return raceItem(record.fields, article: try record.text("article"), parsed)
  }

  /// Questions of one article form one item, in the order of the file.
  private static func raceItems(ofQuestions records: [RecordTable.Record]) throws -> Items {
    var articles: [String] = []
    var problems: [String: [RACEProblem]] = [:]
    var leftOut = 0
    for record in records {
      let record = ChoiceRecord(record, expecting: raceColumns)
      if record.has("example_id"), !(try record.text("example_id").hasPrefix("high")) {
        leftOut += 1
        continue
      }
      let article = try record.text("article")
      if problems[article] == nil { articles.append(article) }
      problems[article, default: []].append(try RACEProblem(record))
    }
    let items = articles.map { article in
      let problems = problems[article] ?? []
      let document: JSONObject = [
        "article": .string(article), "problems": .array(problems.map(\.json)),
      ]
      return raceItem(document, article: article, problems)
    }
    let remark =
      "\(leftOut) of \(records.count) questions are not of high schools and were left out"
    return (items, leftOut > 0 ? [remark] : [])
  }

  private static func raceItem(
    _ document: JSONObject, article: String, _ problems: [RACEProblem]
  ) -> ChoiceItem {
    let last = problems[problems.count - 1]
    let earlier = problems.dropLast().map(\.answered).joined()
    return ChoiceItem(
      document: document, question: "Article: \(article)\n\n\(earlier)\(last.question)",
      choices: Array(last.options.prefix(4)), gold: last.answer)
  }
}

/// A question about an article.
private struct RACEProblem {
  let question: String
  let options: [String]
  let answer: Int

  init(_ record: ChoiceRecord) throws {
    question = try record.text("question")
    options = try record.texts("options")
    guard options.count >= 4 else {
      throw record.failure("has \(options.count) options, expected 4")
    }
    answer = try record.letter("answer", below: 4)
  }

  /// How it stands before a later question; a gap at the end of a sentence is filled.
  var answered: String {
    let gap = "  _  ."
    guard question.utf8.suffix(gap.utf8.count).elementsEqual(gap.utf8) else {
      return "Question: \(question)\nAnswer: \(options[answer])\n"
    }
    // One of the two spaces stays.
    let stem = String(decoding: question.utf8.dropLast(gap.utf8.count - 1), as: UTF8.self)
    return stem + options[answer] + "\n"
  }

  var json: JSON {
    [
      "question": .string(question), "answer": .string(["A", "B", "C", "D"][answer]),
      "options": .array(options.map { .string($0) }),
    ]
  }
}
