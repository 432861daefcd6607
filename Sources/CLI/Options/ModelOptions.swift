// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// A model, and an edit that it is to compute with; shared by the commands that run a model.
struct ModelOptions: ParsableArguments {
  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Option(
    help: ArgumentHelp(
      "Apply this patch in memory; the model's files are not changed.", valueName: "file"))
  var patch: String?

  @Option(
    help: ArgumentHelp(
      "Apply this LoRA, DoRA or LoReFT adapter in memory; the model's files are not changed.",
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

  /// The model, and what the edit makes of it if there is one.
  func load(on execution: Execution) throws -> LoadedModel {
    let model = try LanguageModel(path: model.folder())
    Warnings.write(model.warnings)
    let edit = try edit(on: execution)
    return LoadedModel(untouched: model, edit: edit, edited: try edit?.edited(model))
  }

  /// The request for a measure of the model with the edit, as far as these options decide it.
  func request(_ model: LoadedModel, on execution: Execution) throws -> MeasureRequest {
    var request = MeasureRequest()
    try request.add(model.untouched, hash: model.modelHash(), execution.arithmetic)
    request.add(patch: patch, adapter: adapter, model.edit)
    return request
  }

  private func edit(on execution: Execution) throws -> ModelEdit? {
    if let patch { return ModelEdit(try Patch(path: patch)) }
    guard let adapter else { return nil }
    if LoReFT.isFolder(adapter) { return ModelEdit(try LoReFT(path: adapter)) }
    let value = try LowRankAdapter(path: adapter)
    Warnings.write(value.configuration.warnings)
    return ModelEdit(value, on: execution)
  }
}

/// A model, and the same one with an edit, where one was given.
struct LoadedModel {
  let untouched: LanguageModel
  let edit: ModelEdit?
  let edited: LanguageModel?

  /// With the edit if there is one.
  var model: LanguageModel { edited ?? untouched }

  /// What the unedited model may take while the edited one, whose changed pages stay resident, is open.
  func besideTheEdit(_ execution: Execution) -> Execution {
    var execution = execution
    execution.reservedBytes += edited?.decoder.weights.privateByteCount ?? 0
    return execution
  }

  /// The hash of the untouched model's files: what they are, not what an edit says about them.
  func modelHash() throws -> String {
    try untouched.directory.modelHash(shouldStop: { Interruption.wasRequested })
  }
}
