// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
import SPINTemplates

/// How texts become prompts, as the user specifies it.
public struct PromptRequest: Sendable, Equatable {
  /// The formats that can be requested.
  public enum Choice: String, Sendable, CaseIterable {
    /// `chat` where the checkpoint has a chat template, else `raw`.
    case automatic = "auto"
    /// Texts unchanged, as in the paper.
    case raw
    /// Texts in the checkpoint's chat template.
    case chat
  }

  /// The format.
  public var choice: Choice
  /// A system message before each text.
  public var system: String?
  /// Further variables of the template, such as `enable_thinking`.
  public var variables: [String: JSON]

  /// A request; by default the format that the checkpoint is made for.
  public init(
    _ choice: Choice = .automatic, system: String? = nil, variables: [String: JSON] = [:]
  ) {
    self.choice = choice
    self.system = system
    self.variables = variables
  }

  /// The request whose format was recorded as `CalibrationEncoding.promptFormat` is.
  ///
  /// - Throws: `SPINError` where the record cannot be read.
  public init(recorded: String) throws {
    guard recorded != "raw" else {
      self.init(.raw)
      return
    }
    let object = try JSON(parsing: Array(recorded.utf8), path: "prompt_format")
      .requireObject(at: "prompt_format")
    let variables = object["template_variables"]?.object?.members ?? []
    self.init(
      .chat, system: object["system"]?.string,
      variables: Dictionary(variables.map { ($0.0, $0.1) }) { $1 })
  }

  /// Whether it sets a system message or a variable, which only the chat format has.
  public var hasParts: Bool { system != nil || !variables.isEmpty }

  /// The format for the checkpoint in a folder.
  ///
  /// - Throws: `SPINError` where the folder's template cannot be read, where the chat format is requested
  ///   and there is no template, and where a system message or variables are given for raw texts.
  public func format(ofModelAt path: String) throws -> PromptFormat {
    let template = choice == .raw ? nil : try ChatTemplate(directory: path)
    if let template {
      return .chat(ChatPrompt(template, system: system, variables: variables))
    }
    guard choice != .chat else {
      throw SPINError(
        .malformedInput, at: path, "has no chat template",
        remedy: "give the texts unchanged: \(setting: .promptChoice, value: Choice.raw)")
    }
    guard !hasParts else {
      throw SPINError(
        .usage, at: system == nil ? .templateVariables : .systemMessage,
        "is part of the chat format, and texts are given unchanged",
        remedy: choice == .raw
          ? "leave out \(setting: .promptChoice, value: Choice.raw)"
          : "the checkpoint \(path) has no chat template")
    }
    return .raw
  }

  /// What may help where answers of a checkpoint in a prompt format are empty.
  public static func remedyForEmptyAnswers(
    _ format: PromptFormat, ofModelAt path: String
  ) -> String {
    let remedy: SettingText
    if case .chat = format {
      remedy = """
        the chat template may end the answer: \(setting: .promptChoice, value: Choice.raw) prompts without it
        """
    } else if warning(format, ofModelAt: path) == nil {
      remedy =
        "the checkpoint has no chat template, and a base model often has nothing to add to a bare question"
    } else {
      remedy = """
        the model has a chat template: prompt with \(setting: .promptChoice, value: Choice.chat)
        """
    }
    return remedy.description
  }

  /// What is doubtful about prompting a checkpoint in a format; nil where nothing is.
  ///
  /// The warning explains the choice of raw texts and does not advise against it.
  public static func warning(_ format: PromptFormat, ofModelAt path: String) -> String? {
    guard case .raw = format, (try? ChatTemplate(directory: path)) ?? nil != nil else { return nil }
    return
      "the checkpoint has a chat template, and the format raw gives it texts unchanged, as the paper "
      + "does; results of the two formats do not compare"
  }
}
