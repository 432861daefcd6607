// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage

/// `spin data`: what is in data files.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Check data files, and fetch them by name.",
    subcommands: [DataLintCommand.self, DataFetchCommand.self])
}

/// `spin data lint`: checks of data files.
struct DataLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Check data files for duplicates, empty cells, long rows and shared prompts.",
    discussion: """
      Checks files of prompts and responses, and files of questions alone. Prompts of different files \
      are compared both exactly and normalized, ignoring case, punctuation and the amount of whitespace. \
      The rows that a scoring run would draw are checked as well.
      """)

  @Argument(help: "The CSV, TSV, JSONL or JSON files to check.")
  var files: [String]

  @Option(
    help: ArgumentHelp(
      "Measure lengths in tokens of this model, and find rows that exceed its context.",
      valueName: "dir"))
  var model: ModelArgument?

  @Option(
    help: ArgumentHelp(
      "Measure lengths in tokens of the tokenizer in this folder.", valueName: "dir"))
  var tokenizer: String?

  @Option(help: "The column that holds the prompts.")
  var promptColumn = DataTable.Columns().prompt

  @Option(help: "The column that holds the responses.")
  var responseColumn = DataTable.Columns().response

  @Option(help: "The column that holds the questions, in files without prompts and responses.")
  var questionColumn = DataLint.Options().questionColumn

  @Option(help: "The number of rows that a scoring run would draw from each file with responses.")
  var nsamples = DataLint.Options().sampleCount

  @Option(help: "The seed for drawing rows, as NumPy's default_rng takes it.")
  var seed: UInt64 = DataLint.Options().seed

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func validate() throws {
    guard model == nil || tokenizer == nil else {
      throw ValidationError("--model has its own tokenizer; give it or --tokenizer.")
    }
    guard nsamples > 0 else { throw ValidationError("--nsamples must be at least 1.") }
  }

  func run() throws {
    var options = DataLint.Options()
    options.columns = DataTable.Columns(prompt: promptColumn, response: responseColumn)
    options.questionColumn = questionColumn
    options.sampleCount = nsamples
    options.seed = seed
    options.encoding = try encoding()
    let lint = try DataLint(paths: files, options: options)
    print(
      json
        ? lint.json(sampleCount: nsamples, seed: seed).serialized()
        : DataLintText(lint: lint, sampleCount: nsamples, seed: seed).text, terminator: "")
  }

  private func encoding() throws -> CalibrationEncoding? {
    guard let directory = try model?.folder() ?? tokenizer else { return nil }
    let tokenizer = try Tokenizer(directory: directory)
    let path = directory + "/config.json"
    let positions =
      try model == nil
      ? nil
      : DecoderConfiguration(
        JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
      )
      .maxPositionEmbeddings
    return CalibrationEncoding(
      beginningOfSequence: tokenizer.addsBOS ? tokenizer.bosID : nil,
      vocabularySize: tokenizer.vocabularyCount, positionCount: positions ?? .max
    ) { tokenizer.encode($0) }
  }
}
