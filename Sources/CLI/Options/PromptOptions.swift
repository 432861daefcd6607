// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import SPINJSON
public import SPINJobs

extension PromptRequest.Choice: ExpressibleByArgument {}

/// How texts become prompts; shared by the commands that give texts to a model.
struct PromptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How a text becomes a prompt: raw uses it unchanged, as the paper does; chat puts it into the \
      checkpoint's chat template; auto is chat if the checkpoint has a template and raw otherwise.
      """, valueName: "format"
    ))
  var promptFormat = PromptRequest.Choice.automatic

  @Option(
    help: ArgumentHelp(
      "The system message to put before each text in the chat format.", valueName: "text"))
  var system: String?

  @Option(
    help: ArgumentHelp(
      """
      A variable for the chat template, such as enable_thinking=false. The value is read as JSON if \
      it is valid JSON, and as text otherwise. Repeatable.
      """, valueName: "name=value"))
  var templateVariable: [TemplateVariable] = []

  func validate() throws {
    let names = templateVariable.map(\.name)
    guard Set(names).count == names.count else {
      throw ValidationError("--template-variable names the same variable twice.")
    }
  }

  var request: PromptRequest {
    PromptRequest(
      promptFormat, system: system,
      variables: Dictionary(templateVariable.map { ($0.name, $0.value) }) { $1 })
  }
}

/// A variable of a chat template as `NAME=VALUE`.
struct TemplateVariable: ExpressibleByArgument {
  let name: String
  let value: JSON

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      return nil
    }
    name = String(argument[..<equals])
    let text = String(argument[argument.index(after: equals)...])
    value =
      (try? JSON(parsing: Array(text.utf8), path: "--template-variable")) ?? .string(text)
  }
}

/// The format of scored and trained texts where it is not that of the questions; shared by `run` and
/// `compare`.
struct ScoringFormatOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The prompt format of the samples to score and train on: raw, chat or auto. (default: the same \
      as --prompt-format)
      """, valueName: "format"))
  var scoringFormat: PromptRequest.Choice?

  /// The format of scoring beside that of questions.
  func request(beside questions: PromptRequest) -> PromptRequest {
    guard let scoringFormat else { return questions }
    return scoringFormat == .raw
      ? PromptRequest(.raw)
      : PromptRequest(scoringFormat, system: questions.system, variables: questions.variables)
  }
}
