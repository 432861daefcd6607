// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin adapter`: what is done with an adapter.
struct AdapterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapter",
    abstract: "Merge LoRA and DoRA adapters in PEFT's format; show these and LoReFT adapters.",
    subcommands: [AdapterMergeCommand.self, AdapterShowCommand.self])
}

/// `spin adapter merge`: a model and an adapter to one model.
struct AdapterMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Write a copy of a model with an adapter merged into it.",
    discussion: """
      Computes what PEFT's merge_and_unload computes on a CPU: the update is computed and added in \
      Float32 and rounded once to the checkpoint's type. Everything else is copied. Only some rows of \
      one matrix are in memory at a time. The copy appears whole or not at all.

        spin adapter merge Qwen2-0.5B adapter --out merged
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Argument(
    help: "The folder of an adapter, with adapter_config.json and adapter_model.safetensors.")
  var adapter: String

  @Option(help: ArgumentHelp("Write the merged model to this new folder.", valueName: "dir"))
  var out: String

  @Option(help: "The number of compute threads. (default: all processors)")
  var threads: Int?

  @OptionGroup
  var copy: CopyOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    let adapter = try LowRankAdapter(path: adapter)
    let model = try ModelDirectory(path: model.folder())
    Warnings.write(adapter.configuration.warnings + model.warnings)
    Interruption.listen()
    let receipt = try adapter.merge(
      into: model, out: out, on: Execution(threads: threads ?? Machine.processorCount),
      keepsOtherCopies: copy.keepOtherCopies, shouldStop: { Interruption.wasRequested })
    print(json ? AdapterText.json(receipt) : AdapterText.text(receipt))
  }
}

/// `spin adapter show`: what an adapter is.
struct AdapterShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what an adapter changes, and its rank.")

  @Argument(help: "The folder of an adapter.")
  var adapter: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    if LoReFT.isFolder(adapter) {
      let adapter = try LoReFT(path: adapter)
      print(json ? AdapterText.json(adapter) : AdapterText.text(adapter))
      return
    }
    let adapter = try LowRankAdapter(path: adapter)
    Warnings.write(adapter.configuration.warnings)
    print(json ? AdapterText.json(adapter) : AdapterText.text(adapter))
  }
}
