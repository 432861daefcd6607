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
      The adapter's merge is exact: PEFT's merge_and_unload gives the patched checkpoint bit for bit. \
      Every weight is checked for that before anything is written, and a patch that cannot be had by \
      adding is refused. The rank is the fewest rows and columns that hold the entries of a matrix. \
      An adapter that is not merged, as vLLM serves it, computes the same up to rounding.

        spin patch export patch.json --model MODEL --as peft-lora --out adapter
        vllm serve MODEL --enable-lora --max-lora-rank 64 --lora-modules spin=adapter
      """)

  /// The formats.
  enum Format: String, ExpressibleByArgument, CaseIterable { case peftLoRA = "peft-lora" }

  @Argument(help: "The patch file.")
  var patch: String

  @Option(help: ArgumentHelp("The unpatched model that it belongs to.", valueName: "dir"))
  var model: ModelArgument

  @Option(name: .customLong("as"), help: "The format.")
  var format: Format

  @Option(help: ArgumentHelp("Write the adapter to this new folder.", valueName: "dir"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "What the adapter calls its base model. (default: the patch's name for it)",
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
