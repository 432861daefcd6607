// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `spin model`: where checkpoints come from.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Fetch models from the Hugging Face Hub, list them, and import other formats.",
    subcommands: [
      ModelFetchCommand.self, ModelListCommand.self, ModelPathCommand.self, ModelImportCommand.self,
    ])
}
