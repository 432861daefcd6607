// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
public import SPINJSON

/// One item of a multiple-choice task: a question with choices, one of which is right.
public struct ChoiceItem: Sendable {
  /// The item's columns, as lm-eval's samples show them.
  public let document: JSONObject
  /// What precedes a choice, without description and examples.
  public let question: String
  /// The choices; at least one.
  public let choices: [String]
  /// The index of the correct choice.
  public let gold: Int
  /// What lm-eval calls the target: the index of the correct choice, or its text.
  public let target: String
  /// Where its record is, for messages: "data.jsonl: line 3"; nil where an item is no record.
  package var place: String?

  /// An item.
  ///
  /// - Parameter target: The index of the correct choice where nil.
  public init(
    document: JSONObject, question: String, choices: [String], gold: Int, target: String? = nil
  ) {
    precondition(choices.indices.contains(gold), "gold lies outside the choices")
    self.document = document
    self.question = question
    self.choices = choices
    self.gold = gold
    self.target = target ?? String(gold)
  }

  /// Equal for items with the same columns.
  var documentHash: String { PythonJSON.hash(PythonJSON.text(.object(document))) }
}
