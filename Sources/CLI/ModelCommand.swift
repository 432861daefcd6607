// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `spin model`: where checkpoints come from.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Import a model from other formats.",
    subcommands: [ModelImportCommand.self])
}
