// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs
import SPINStorage

/// `spin patch export`: a patch in another program's format.
struct PatchExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a patch as a LoRA adapter for PEFT and vLLM.",
    discussion: """
      The adapter merges exactly: PEFT's merge_and_unload yields the patched checkpoint bit for bit. \
      Every weight is checked for this before anything is written, and a patch that cannot be expressed \
      as an addition is refused. The rank is the smallest number of rows and columns that cover the \
      edited entries of a matrix. An adapter that is served without merging, as vLLM does, computes the \
      same up to rounding.

        spin patch export patch.json --model MODEL --as peft-lora --out adapter
        vllm serve MODEL --enable-lora --max-lora-rank 64 --lora-modules spin=adapter
      """)

  /// The formats.
  enum Format: String, ExpressibleByArgument, CaseIterable { case peftLoRA = "peft-lora" }

  @Argument(help: "The patch file.")
  var patch: String

  @Option(help: ArgumentHelp("The unpatched model for which the patch was made.", valueName: "dir"))
  var model: ModelArgument

  @Option(name: .customLong("as"), help: "The format of the export.")
  var format: Format

  @Option(help: ArgumentHelp("Write the adapter to this new folder.", valueName: "dir"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "The name of the base model to record in the adapter. (default: its name in the patch)",
      valueName: "name"))
  var baseModel: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    let patch = try Patch(path: patch)
    let model = try ModelDirectory(path: model.folder())
    Warnings.write(model.warnings)
    try FileSystem.requireApart(out, from: model.path)
    let export = try PatchExport(patch, of: model, baseModel: baseModel)
    try export.write(to: out)
    print(json ? AdapterText.json(export, path: out) : AdapterText.text(export, path: out))
  }
}
