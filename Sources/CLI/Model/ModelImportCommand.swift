// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs
import SPINStorage

/// `spin model import`: a GGUF file or a folder of PyTorch weights to a checkpoint in safetensors.
struct ModelImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Convert a GGUF file, or a folder with .bin weights, to a safetensors checkpoint.",
    discussion: """
      From GGUF, dequantizes the weights as the Python package gguf does, and builds the tokenizer, chat \
      template and configuration from the metadata; supports the architectures llama, qwen2 and qwen3. \
      From a folder with pytorch_model.bin or its shards, reads the tensors as data, running no code in \
      the file, and copies the other files. The new folder records its source in spin_import.json. It \
      appears whole or not at all, and the same input always yields the same files.

        spin model import SmolLM2-135M-Instruct.Q4_1.gguf --out SmolLM2
        spin model import vicuna-7b-v1.5 --out vicuna
      """)

  /// The element types of a checkpoint, as PyTorch's users shorten them.
  enum DataType: String, ExpressibleByArgument, CaseIterable {
    case f32, f16, bf16

    var elementType: ElementType {
      switch self {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      }
    }
  }

  @Argument(help: "A GGUF file, or a folder with pytorch_model.bin or its shards.")
  var source: String

  @Option(help: ArgumentHelp("Write the checkpoint to this new folder.", valueName: "dir"))
  var out: String

  @Option(
    help: ArgumentHelp(
      """
      The element type of the checkpoint: f32, f16 or bf16. (default: bf16 from GGUF, as stored from \
      .bin)
      """,
      valueName: "type"))
  var dtype: DataType?

  @Option(help: ArgumentHelp("The maximum size of a weight file.", valueName: "size"))
  var maxShardSize = ByteCount(bytes: ModelImport.defaultShardByteCount)

  @Flag(help: "Read and check the source, print the plan, and write nothing.")
  var dryRun = false

  @Flag(help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    if FileSystem.status(source)?.kind == .directory {
      try FileSystem.requireApart(out, from: source)
    }
    let job = try ModelImport(
      source: source, elementType: dtype?.elementType, maximumShardByteCount: maxShardSize.bytes)
    if !quiet { StandardError.writeLine("plan     \(ModelImportText.plan(job.plan))") }
    Warnings.write(job.plan.notes)
    if dryRun { return }
    let progress = ImportProgress(total: job.plan.byteCount, isQuiet: quiet)
    Interruption.listen()
    let origin = try progress.during {
      try job.write(
        to: out, threadCount: Machine.processorCount, shouldStop: { Interruption.wasRequested },
        report: { progress.advance(to: $0) })
    }
    print(
      json
        ? ModelImportText.json(job.plan, origin, out) : ModelImportText.text(job.plan, origin, out))
  }
}
