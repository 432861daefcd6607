// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What a comparison scores.
struct ComparisonDataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A data set: a name and a CSV or JSONL file of prompts and responses. Repeatable.",
      valueName: "name=file"))
  var data: [DataArgument]

  @Option(
    help: ArgumentHelp(
      "What trained methods are trained on: a CSV or JSONL file. Repeatable.", valueName: "file"))
  var train: [String] = []

  @Option(help: "The column of the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column of the responses.")
  var responseColumn = DataTable.Columns().response

  @Option(
    help: ArgumentHelp(
      "The first token of a response: bos drops it if it is BOS, drop always (as the paper's "
        + "code), keep never."))
  var firstResponseToken = FirstResponseToken.bos

  @Option(help: "A sample longer than the model's positions: error, truncate or skip.")
  var overflow = Overflow.error

  @Flag(
    inversion: .prefixedNo,
    help: "Put the tokenizer's end token after every raw response that is trained on.")
  var appendEos = true

  func fill(_ request: inout ComparisonRequest) {
    request.columns = DataTable.Columns(prompt: promptColumn, response: responseColumn)
    request.calibration.firstResponseToken = firstResponseToken
    request.calibration.overflow = overflow
    request.trainingData = train
    request.appendsEndOfText = appendEos
  }
}
