// SPDX-License-Identifier: Apache-2.0

public import Foundation
import SPINCheckpoint
import SPINErrors
public import SPINGeneration
public import SPINJSON
public import SPINTemplates
public import SPINTokenization

/// How a question becomes a prompt.
public enum PromptFormat: Sendable {
  /// The question as it stands, with what the tokenizer puts around a text: as in the paper.
  case raw
  /// The question as what the user says, in the checkpoint's chat template, up to where the assistant
  /// begins to speak.
  case chat(ChatTemplate, date: Date)

  /// The day that templates are told, whatever day it is: 26 July 2024, to which the templates that
  /// ask fall back themselves.
  public static let templateDate = Date(timeIntervalSince1970: 1_721_995_200)

  /// The chat format of a model.
  ///
  /// - Throws: `SPINError` where the checkpoint has no chat template, or one that cannot be read.
  public static func chat(of model: LanguageModel) throws -> PromptFormat {
    guard let template = try ChatTemplate(directory: model.directory.path) else {
      throw SPINError(
        .malformedInput, at: model.directory.path, "has no chat template",
        remedy: "give the questions as they stand: --prompt-format raw")
    }
    return .chat(template, date: templateDate)
  }

  /// "raw" or "chat".
  public var name: String {
    switch self {
    case .raw: "raw"
    case .chat: "chat"
    }
  }

  /// The tokens of a question.
  ///
  /// - Throws: `SPINError` where the template refuses the question.
  public func tokens(of question: String, _ tokenizer: Tokenizer) throws -> [Int32] {
    switch self {
    case .raw: tokenizer.encode(question)
    case .chat(let template, let date):
      // The template writes BOS itself where the model wants it.
      tokenizer.encode(
        try template.render([.user(question)], date: date), addSpecialTokens: false)
    }
  }

  /// What decides a prompt besides question and tokenizer.
  public var identity: JSON {
    switch self {
    case .raw: ["prompt_format": "raw"]
    case .chat(let template, let date):
      [
        "prompt_format": "chat", "template_sha256": .string(template.digest),
        "special_tokens": .string("\(template.specialTokens.sorted { $0.key < $1.key })"),
        "date": .string(date.formatted(.iso8601)),
      ]
    }
  }
}
