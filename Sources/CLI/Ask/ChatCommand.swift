// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPINJobs
import SPINStorage

/// `spin chat`: a line at a time, answered at once.
struct ChatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Chat with a model, with or without an edit, one line at a time.",
    discussion: """
      Each line of standard input is a separate message; the model does not see earlier lines. A \
      checkpoint with a chat template receives the line as the user's message, any other as text to \
      continue; --prompt-format overrides this. The answer is printed as it is generated. Empty lines \
      are skipped. Ctrl+C ends an answer or, at the prompt, the chat; so does the end of the input.

      With --compare the model answers twice, without and with the patch or adapter: side by side if the \
      terminal is wide enough, one after the other otherwise. The model is loaded once.

        spin chat Qwen2-0.5B --patch patch.json --compare
      """)

  @OptionGroup
  var model: ModelOptions

  @Flag(help: "Answer each message both without and with the edit.")
  var compare = false

  @OptionGroup(title: "Prompts")
  var format: PromptOptions

  @OptionGroup(title: "Text")
  var generation: GenerationFlags

  @OptionGroup
  var machine: ExecutionOptions

  func validate() throws {
    if compare, !model.isEdited {
      throw ValidationError("--compare needs --patch or --adapter.")
    }
  }

  func run() throws {
    let loaded = try model.load(on: machine.execution)
    let model = loaded.untouched
    func generator(_ model: LanguageModel, on execution: Execution) -> TextGenerator {
      TextGenerator(model, on: execution, batchSize: generation.batchSize)
    }
    let before = compare ? generator(model, on: loaded.besideTheEdit(machine.execution)) : nil
    let after = generator(loaded.model, on: machine.execution)
    let format = try format.request.format(ofModelAt: model.directory.path)
    Warnings.write(PromptRequest.warning(format, ofModelAt: model.directory.path))
    let asks = StandardInput.isTerminal
    var lines = StandardInput.Lines()
    Interruption.listenInConversation()
    while true {
      if asks { StandardError.write("> ") }
      guard let line = try lines.next() else { break }
      guard !line.isEmpty else { continue }
      let prompt = try format.tokens(of: line, model.tokenizer)
      let isWhole = try Interruption.answering {
        guard let before else { return try stream(prompt, after) }
        try answerTwice(prompt, before, after)
      }
      guard !isWhole else { continue }
      try say("\n")
      // There is no terminal from which to ask for another answer.
      guard asks else { throw SPINError.stopped() }
    }
    if asks { StandardError.write("\n") }
  }

  private func answerTwice(
    _ prompt: [Int32], _ before: TextGenerator, _ after: TextGenerator
  ) throws {
    guard let width = TerminalWidth.ofStandardOutput, width >= TextColumns.narrowest else {
      for (generator, title) in [(before, "before:\n"), (after, "after:\n")] {
        try say(title)
        try stream(prompt, generator)
      }
      return
    }
    let (before, after) = (try answer(prompt, before), try answer(prompt, after))
    for line in TextColumns.lines("before\n" + before, "after\n" + after, width: width) {
      try say(line + "\n")
    }
  }

  /// Prints an answer as it is generated.
  private func stream(_ prompt: [Int32], _ generator: TextGenerator) throws {
    var shown = 0
    func show(_ text: String) throws {
      let more = text.utf8.dropFirst(shown)
      guard !more.isEmpty else { return }
      shown = text.utf8.count
      try say(String(decoding: more, as: UTF8.self))
    }
    try generator.generate(
      [prompt], options: generation.options, shouldStop: { Interruption.wasRequested },
      onText: { _, text in try show(text) },
      onFinish: { _, text in try show(text.text + "\n") })
  }

  private func answer(_ prompt: [Int32], _ generator: TextGenerator) throws -> String {
    var answer = ""
    try generator.generate(
      [prompt], options: generation.options, shouldStop: { Interruption.wasRequested }
    ) { _, text in answer = text.text }
    return answer
  }

  /// Unbuffered, so that it stays in order among streamed answers.
  private func say(_ text: String) throws {
    StandardOutput.write(text)
    try StandardOutput.finish()
  }
}
