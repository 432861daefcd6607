// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPINJobs
import SPINStorage

/// `spin generate`: texts for prompts.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate text from prompts, with or without an edit.",
    discussion: """
      Reads prompts from a text file or standard input, one per line, or from a column of a CSV or JSONL \
      file. A checkpoint with a chat template receives each as the user's message, and only its answer \
      is printed; --prompt-format raw passes the text unchanged and prints it with its continuation. \
      Results are printed in the order of the prompts, each as soon as it and all before it are \
      finished; they do not depend on the batch size or the number of threads. With several prompts, a \
      line before each result gives its number and how many lines follow.

        spin generate Qwen2-0.5B --json \\
          --prompts questions.csv --prompt-column questions
        echo "Once upon a time" | spin generate MODEL --patch patch.json --prompts -
      """)

  @OptionGroup
  var model: ModelOptions

  @Option(help: ArgumentHelp("The file of prompts; - reads standard input.", valueName: "file"))
  var prompts: String

  @Option(help: "The column that holds the prompts in a CSV or JSONL file.")
  var promptColumn = "prompt"

  @OptionGroup(title: "Prompts")
  var format: PromptOptions

  @OptionGroup(title: "Text")
  var generation: GenerationFlags

  @OptionGroup
  var machine: ExecutionOptions

  @Flag(help: "Print one JSON object per line: index, prompt, text, tokens, finish.")
  var json = false

  @Flag(
    name: .shortAndLong,
    help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  func run() throws {
    let source = prompts == "-" ? "standard input" : prompts
    let list =
      prompts == "-"
      ? try TextList(lines: TextFile(try StandardInput.readAll(), path: source))
      : try TextList(path: prompts, column: promptColumn, namedBy: .promptColumn)
    let texts = list.texts
    let model = try model.load(on: machine.execution).model
    let generator = TextGenerator(
      model, on: machine.execution, batchSize: generation.batchSize)
    let format = try format.request.format(ofModelAt: model.directory.path)
    Warnings.write(PromptRequest.warning(format, ofModelAt: model.directory.path))
    let tokens = try Self.named(source) {
      try texts.map { try format.tokens(of: $0, model.tokenizer) }
    }
    Interruption.listen()
    let progress = ItemProgress("generate", total: texts.count, isQuiet: quiet)
    var printer = OrderedPrinter()
    try progress.during {
      do {
        try generator.generate(
          tokens, options: generation.options, shouldStop: { Interruption.wasRequested }
        ) { index, text in
          progress.advance(tokens: text.tokens.count)
          let shown = shown(index, texts[index], format, text)
          printer.add(
            index,
            json || texts.count == 1
              ? shown : heading(index, of: texts.count, list.places[index], shown) + shown)
        }
      } catch let error as SPINError {
        // What is finished is not lost with a text before it that is not.
        progress.clear()
        printer.finish()
        throw TextGenerator.located(error, list.places)
      }
    }
  }

  /// What is wrong with one of the prompts is wrong with the file that they are from.
  private static func named<Result>(
    _ source: String, _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch let error as SPINError where error.code == .malformedInput {
      throw error.located(in: source)
    }
  }

  private func shown(
    _ index: Int, _ prompt: String, _ format: PromptFormat, _ text: GeneratedText
  ) -> String {
    if json { return line(index, prompt, text) }
    return switch format {
    case .raw: prompt + text.text
    case .chat: text.text
    }
  }

  /// What tells one result from the next, whatever a model writes: the lines of a result are counted.
  private func heading(_ index: Int, of count: Int, _ place: String, _ text: String) -> String {
    let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    return "==> \(index + 1) of \(count), \(place), \(lines.counted("line")) <==\n"
  }

  private func line(_ index: Int, _ prompt: String, _ text: GeneratedText) -> String {
    let object: JSON = [
      "index": JSON(index), "prompt": .string(prompt), "text": .string(text.text),
      "tokens": .array(text.tokens.map { JSON(Int($0)) }), "finish": .string(text.finish.rawValue),
    ]
    return object.serialized(indented: false)
  }
}

/// Prints texts in the order of their numbers, whatever the order in which they come.
struct OrderedPrinter {
  private var next = 0
  private var waiting: [Int: String] = [:]

  mutating func add(_ index: Int, _ text: String) {
    waiting[index] = text
    while let text = waiting.removeValue(forKey: next) {
      printExactly(text)
      next += 1
    }
  }

  /// Prints what waits for texts that do not come any more.
  mutating func finish() {
    for index in waiting.keys.sorted() {
      waiting.removeValue(forKey: index).map { printExactly($0) }
    }
  }
}
