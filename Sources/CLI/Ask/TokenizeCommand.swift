// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPINJobs
import SPINStorage

/// `spin tokenize`: what a model sees of a text.
struct TokenizeCommand: ParsableCommand {
  /// What is printed of each prompt.
  enum Output: String, CaseIterable, ExpressibleByArgument {
    case tokens
    case ids
    case text
  }

  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Show the tokens of a text, and the prompt that a chat template makes of it.",
    discussion: """
      Prints each token's id, its spelling in the vocabulary, and its offsets in the prompt, in Unicode \
      characters and in bytes. Special tokens that the tokenizer adds have no offsets. A checkpoint with \
      a chat template receives a text as the user's message, as in `spin generate`; --prompt-format raw \
      tokenizes the text unchanged.

      A conversation is a JSON list of messages with role and content, or an object with messages and \
      tools; a file may hold one conversation per line. Only the tokenizer, config.json and the chat \
      template are read, never the weights.

        spin tokenize Qwen2-0.5B-Instruct "Hello world" --prompt-format raw
        spin tokenize Qwen2-0.5B-Instruct --conversation talk.json --show text
        spin tokenize MODEL --show ids \\
          --prompts questions.csv --prompt-column question
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Argument(help: "The text to tokenize.")
  var text: String?

  @Option(
    help: ArgumentHelp("A file of texts to tokenize; - reads standard input.", valueName: "file"))
  var prompts: String?

  @Option(help: "The column that holds the texts in a CSV or JSONL file.")
  var promptColumn = "prompt"

  @Option(
    help: ArgumentHelp(
      "A file of conversations in JSON; - reads standard input.", valueName: "file"))
  var conversation: String?

  @Option(
    help: ArgumentHelp(
      "A JSON list of tool descriptions for the chat template.", valueName: "file"))
  var tools: String?

  @OptionGroup(title: "Prompts")
  var format: PromptOptions

  @Flag(help: "End the chat prompt before the opening of the assistant's turn.")
  var noGenerationPrompt = false

  @Flag(help: "Omit the special tokens that the tokenizer adds around raw text.")
  var noSpecialTokens = false

  @Option(help: "What to print: tokens (a table), ids (one list per line) or text (the prompt).")
  var show = Output.tokens

  @Flag(help: "Print one JSON object per line: index, format, text, tokens.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func validate() throws {
    guard [text, prompts, conversation].compactMap(\.self).count == 1 else {
      throw ValidationError("Give one of a text, --prompts and --conversation.")
    }
  }

  func run() throws {
    let folder = try model.tokenizerFolder()
    let format = try format.request.format(ofModelAt: folder)
    try check(format)
    let tokenizer = try Tokenizer(directory: folder)
    let prompts = try prompts(format)
    for (index, prompt) in prompts.enumerated() {
      // The template writes the special tokens of a chat prompt itself.
      let addsSpecialTokens = format.name == "raw" && !noSpecialTokens
      let shown = TokenizeText(
        index: index, format: format.name, prompt: prompt,
        tokens: tokenizer.tokens(of: prompt, addSpecialTokens: addsSpecialTokens))
      if json {
        print(shown.json)
        continue
      }
      switch show {
      case .tokens:
        if prompts.count > 1 { print("\(index == 0 ? "" : "\n")prompt \(index)") }
        print(shown.table)
      case .ids: print(shown.ids)
      case .text: printExactly(prompt)
      }
    }
  }

  private func check(_ format: PromptFormat) throws {
    switch format {
    case .raw:
      let flags: [(String, Bool)] = [
        ("--conversation", conversation != nil), ("--tools", tools != nil),
        ("--no-generation-prompt", noGenerationPrompt),
      ]
      for (name, isGiven) in flags where isGiven {
        throw SPINError(
          .usage, at: name, "needs the chat format, and texts are taken unchanged",
          remedy: "give --prompt-format chat and a model that has a chat template")
      }
    case .chat:
      if noSpecialTokens {
        throw SPINError(
          .usage, at: "--no-special-tokens",
          "concerns raw text, and the special tokens of a chat prompt are the template's",
          remedy: "give --prompt-format raw")
      }
    }
  }

  private func prompts(_ format: PromptFormat) throws -> [String] {
    guard case .chat(let chat) = format else { return try texts() }
    var conversations: [Conversation]
    if let conversation {
      conversations = try Conversation.read(Self.file(conversation))
    } else {
      conversations = try texts().map {
        Conversation(messages: [["role": "user", "content": .string($0)]])
      }
    }
    if let tools {
      let file = try Self.file(tools)
      guard let list = try JSON(parsing: Array(file.text().utf8), path: file.path).array else {
        throw SPINError(.malformedInput, at: file.path, "is no list, expected a list of tools")
      }
      for index in conversations.indices { conversations[index].tools = list }
    }
    return try conversations.map {
      try chat.text(of: $0, addGenerationPrompt: !noGenerationPrompt)
    }
  }

  private func texts() throws -> [String] {
    if let text { return [text] }
    guard let prompts else { return [] }
    return prompts == "-"
      ? try TextList.lines(of: Self.file(prompts))
      : try TextList(path: prompts, column: promptColumn, namedBy: .promptColumn).texts
  }

  private static func file(_ path: String) throws -> TextFile {
    path == "-"
      ? try TextFile(
        try StandardInput.readAll(), path: "standard input")
      : try TextFile(path: path)
  }
}
