// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `spin evaluate`: what an edit does to a model.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model, with or without a patch.",
    discussion: """
      Each measure prints its result with its uncertainty and, with --out, writes it and every item \
      behind it. With --patch the model is measured with the edit put on in memory; nothing is \
      written to its files.
      """,
    subcommands: [
      AwarenessCommand.self, JudgeCommand.self, ChoicesCommand.self, PerplexityCommand.self,
      DivergenceCommand.self, PhrasesCommand.self, CouplingCommand.self,
    ])
}
