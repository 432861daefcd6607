// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON
import SPINTemplates

extension ChoiceTask {
  private static let gpqaColumns =
    "Question, Correct Answer, Incorrect Answer 1, Incorrect Answer 2 and Incorrect Answer 3"

  /// GPQA without examples: hard questions of science.
  ///
  /// Answers are shuffled by Python's generator under seed 0, record after record, as lm-eval does in
  /// a run of this task alone. The number of records tells the main, diamond and extended sets apart.
  ///
  /// - Source: Rein et al. 2023, arXiv:2311.12022.
  /// - Note: The authors ask that the questions are not published; samples that are written hold them.
  public static let gpqa = ChoiceTask(
    name: "gpqa", harnessName: "gpqa_main_zeroshot", version: "2.2",
    metrics: [.accuracy, .normalizedAccuracy], examples: .never, source: "Idavidrein/gpqa, train",
    columns: gpqaColumns
  ) { records in
    var generator = PythonGenerator(seed: 0)
    let names = (1...3).map { "Incorrect Answer \($0)" } + ["Correct Answer"]
    let items = try records.map { record in
      let record = ChoiceRecord(record, expecting: gpqaColumns)
      var answers = try names.map { try gpqaAnswer(record, $0) }
      let correct = answers[3]
      generator.shuffle(&answers)
      // Of equal answers lm-eval takes the first for the right one.
      let gold = answers.firstIndex { PythonText.areEqual($0, correct) } ?? 0
      let letters = ["(A)", "(B)", "(C)", "(D)"]
      var document = record.fields
      for (index, answer) in answers.enumerated() {
        document["choice\(index + 1)"] = .string(answer)
      }
      document["answer"] = .string(letters[gold])
      let listed = zip(letters, answers).map { "\($0) \($1)\n" }.joined()
      let question = "What is the correct answer to this question:\(try record.text("Question"))"
      return ChoiceItem(
        document: document, question: "\(question)\nChoices:\n\(listed)Answer:", choices: letters,
        gold: gold, target: letters[gold])
    }
    return (items, [])
  }

  /// The name that lm-eval gives the set with this number of records.
  static func gpqaName(count: Int) -> String {
    let sets = [
      448: "gpqa_main_zeroshot", 198: "gpqa_diamond_zeroshot", 546: "gpqa_extended_zeroshot",
    ]
    return sets[count] ?? "gpqa_zeroshot"
  }

  /// An answer as lm-eval tidies it; a missing one is a space.
  private static func gpqaAnswer(_ record: ChoiceRecord, _ name: String) throws -> String {
    let value = try record.value(name)
    guard value != .null, value != .string("") else { return " " }
    let text = PythonText.stripped(try record.text(name))
    return PythonText.replaced(
      PythonText.replaced(text, " [title]", with: ". "), "  ", with: " ")
  }
}
