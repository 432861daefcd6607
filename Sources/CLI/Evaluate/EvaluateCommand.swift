// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `spin evaluate`: what an edit does to a model.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model, with or without an edit.",
    discussion: """
      Each measure prints its result with its uncertainty and, with --out, writes it together with the \
      individual items. With --patch or --adapter the edit is applied in memory; the model's files are \
      not changed.
      """,
    subcommands: [
      AwarenessCommand.self, JudgeCommand.self, ChoicesCommand.self, PerplexityCommand.self,
      DivergenceCommand.self, PhrasesCommand.self, CouplingCommand.self,
    ])
}
