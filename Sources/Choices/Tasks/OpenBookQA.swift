// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINTemplates

extension ChoiceTask {
  /// OpenBookQA: questions of elementary science.
  ///
  /// The question stands alone, without the words "Question" and "Answer".
  ///
  /// - Source: Mihaylov et al. 2018, arXiv:1809.02789.
  public static let openBookQA = ChoiceTask(
    name: "openbookqa", metrics: [.accuracy, .normalizedAccuracy],
    examples: .drawn(leavingOut: false), source: "allenai/openbookqa, main, test",
    sourceCount: 500, columns: "question_stem, choices (with text and label) and answerKey"
  ) { record in
    if record.has("instruction"), !record.has("question_stem") {
      return try openBookItem(ofInstruction: record)
    }
    let question = try record.text("question_stem")
    let value = try record.value("choices")
    guard let fields = value.object else {
      throw record.failure(
        "\"choices\" is \(value.brief), not an object with text and label",
        remedy: "export the data as JSONL, where objects stay objects")
    }
    let choices = record.inner(fields)
    let key = PythonText.stripped(try record.text("answerKey"), .left)
    let (texts, labels) = (try choices.texts("text"), try choices.texts("label"))
    guard let gold = labels.firstIndex(of: key), gold < texts.count else {
      throw record.failure("\"answerKey\" is \"\(key)\", which is no label of a choice")
    }
    return ChoiceItem(
      document: record.fields, question: question, choices: texts, gold: gold)
  }

  /// An item in the wording of LLM-Adapters, from which question and choices can be extracted again
  /// as long as its marks occur once each.
  private static func openBookItem(ofInstruction record: ChoiceRecord) throws -> ChoiceItem {
    let marks = [
      "Please choose the correct answer to the question: ", "\n\nAnswer1: ", " Answer2: ",
      " Answer3: ", " Answer4: ", "\n\nAnswer format: answer1/answer2/answer3/answer4",
    ]
    var rest = Array(try record.text("instruction").utf8)
    var parts: [String] = []
    for mark in marks {
      let pieces = rest.split(separator: Array(mark.utf8), omittingEmptySubsequences: false)
      guard pieces.count == 2 else {
        throw record.failure("\"instruction\" does not have \"\(mark)\" exactly once")
      }
      parts.append(String(decoding: pieces[0], as: UTF8.self))
      rest = Array(pieces[1])
    }
    let answers = (1...4).map { "answer\($0)" }
    let answer = try record.text("answer")
    guard parts[0].isEmpty, rest.isEmpty, let gold = answers.firstIndex(of: answer) else {
      throw record.failure("\"answer\" is \"\(answer)\", or the instruction is of another form")
    }
    let (question, choices) = (parts[1], Array(parts[2...]))
    let document: JSONObject = [
      "question_stem": .string(question),
      "choices": [
        "text": .array(choices.map { .string($0) }), "label": ["A", "B", "C", "D"],
      ], "answerKey": .string(["A", "B", "C", "D"][gold]),
    ]
    return ChoiceItem(document: document, question: question, choices: choices, gold: gold)
  }
}
