// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What a comparison scores.
struct ComparisonDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A data set: its name and a CSV or JSONL file of prompts and responses. Repeatable.",
      valueName: "name=file"))
  var data: [DataArgument]

  @Option(
    help: ArgumentHelp(
      """
      A CSV or JSONL file of prompts and responses to train the trained methods on. Repeatable.
      """, valueName: "file"))
  var train: [String] = []

  @Option(help: "The column that holds the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column that holds the responses.")
  var responseColumn = DataTable.Columns().response

  @Option(
    help: ArgumentHelp(
      """
      Whether to drop the first token of a response: bos (only if it is BOS), drop (always, as the \
      paper's code does) or keep (never).
      """))
  var firstResponseToken = FirstResponseToken.bos

  @Option(
    help: """
      What to do with a sample longer than the model's context: error (stop and name the row), \
      truncate or skip.
      """)
  var overflow = Overflow.error

  @Flag(
    inversion: .prefixedNo,
    help: "Append the tokenizer's end-of-text token to every raw response in the training data.")
  var appendEos = true

  func fill(_ request: inout ComparisonRequest) {
    request.columns = DataTable.Columns(prompt: promptColumn, response: responseColumn)
    request.calibration.firstResponseToken = firstResponseToken
    request.calibration.overflow = overflow
    request.trainingData = train
    request.appendsEndOfText = appendEos
  }
}
