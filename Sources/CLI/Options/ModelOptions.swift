// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN

/// A model, and an edit that it is to compute with; shared by the commands that run a model.
struct ModelOptions: ParsableArguments {
  @Argument(help: "The folder of a Hugging Face checkpoint.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Compute with this patch put on in memory; the files stay as they are.", valueName: "file"))
  var patch: String?

  /// The model, with the patch on if there is one.
  func load() throws -> (model: LanguageModel, overlay: PatchOverlay?) {
    let model = try LanguageModel(path: model)
    Warnings.write(model.directory.warnings)
    let overlay = try patch.map { try PatchOverlay(Patch(path: $0), on: model.directory) }
    try overlay?.apply()
    return (model, overlay)
  }
}
