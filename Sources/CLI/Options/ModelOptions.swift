// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN

/// A model, and an edit that it is to compute with; shared by the commands that run a model.
struct ModelOptions: ParsableArguments {
  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Option(
    help: ArgumentHelp(
      "Compute with this patch put on in memory; the files stay as they are.", valueName: "file"))
  var patch: String?

  @Option(
    help: ArgumentHelp(
      "Compute with this LoRA, DoRA or LoReFT adapter in memory; the files stay as they are.",
      valueName: "dir"))
  var adapter: String?

  @OptionGroup
  var network: NetworkOptions

  func validate() throws {
    if patch != nil, adapter != nil {
      throw ValidationError("--patch and --adapter exclude each other.")
    }
  }

  /// Whether the model has an edit.
  var isEdited: Bool { patch != nil || adapter != nil }

  /// The model, with the edit on if there is one.
  func load(on execution: Execution) throws -> (model: LanguageModel, overlay: (any WeightOverlay)?)
  {
    let model = try LanguageModel(path: model.folder())
    Warnings.write(model.warnings)
    let overlay = try overlay(on: model, execution: execution)
    try overlay?.apply()
    return (model, overlay)
  }

  /// What a measure of the model with the edit is asked for, as far as these options decide it.
  ///
  /// - Parameters:
  ///   - hash: The hash of the model's files.
  ///   - execution: What computes.
  func request(
    _ model: LanguageModel, hash: String, _ overlay: (any WeightOverlay)?, on execution: Execution
  ) throws -> MeasureRequest {
    var request = MeasureRequest()
    try request.add(model, hash: hash, execution.arithmetic)
    request.add(patch: patch, adapter: adapter, overlay)
    return request
  }

  private func overlay(on model: LanguageModel, execution: Execution) throws -> (any WeightOverlay)?
  {
    if let patch { return try PatchOverlay(Patch(path: patch), on: model.directory) }
    guard let adapter else { return nil }
    if LoReFT.isFolder(adapter) {
      return try LoReFTOverlay(LoReFT(path: adapter), on: model.decoder)
    }
    let value = try LowRankAdapter(path: adapter)
    Warnings.write(value.configuration.warnings)
    return try AdapterOverlay(value, on: model.directory, execution: execution)
  }
}
