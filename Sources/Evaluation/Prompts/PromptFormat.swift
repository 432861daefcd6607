// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINJSON
public import SPINLanguageModel
public import SPINTokenization

/// How a text becomes a prompt.
public enum PromptFormat: Sendable {
  /// The text unchanged, with what the tokenizer puts around a text: as in the paper.
  case raw
  /// The text as the user's message, in the checkpoint's chat template, up to where the assistant's
  /// turn begins.
  case chat(ChatPrompt)

  /// The chat format of a model, without a system message.
  ///
  /// - Throws: `SPINError` where the checkpoint has no chat template, or one that cannot be read.
  public static func chat(of model: LanguageModel) throws -> PromptFormat {
    try PromptRequest(.chat).format(ofModelAt: model.directory.path)
  }

  /// "raw" or "chat".
  public var name: String {
    switch self {
    case .raw: "raw"
    case .chat: "chat"
    }
  }

  /// The tokens of a prompt.
  ///
  /// - Throws: `SPINError` where the template refuses the text.
  public func tokens(of text: String, _ tokenizer: Tokenizer) throws -> [Int32] {
    switch self {
    case .raw: tokenizer.encode(text)
    case .chat(let chat): try chat.tokens(of: text, tokenizer)
    }
  }

  /// What decides a prompt besides text and tokenizer.
  public var identity: JSON {
    switch self {
    case .raw: ["prompt_format": "raw"]
    case .chat(let chat): chat.identity
    }
  }
}
