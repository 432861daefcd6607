// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN

/// `spin model import`: a GGUF file or a folder of PyTorch weights to a checkpoint in safetensors.
struct ModelImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Convert a GGUF file, or a folder with .bin weights, to a checkpoint in safetensors.",
    discussion: """
      The result is a folder that every command and transformers read. It appears whole or not at all.

        spin model import SmolLM2-135M-Instruct.Q4_1.gguf --out SmolLM2
        spin model import vicuna-7b-v1.5 --out vicuna
      """)

  @Argument(help: "A GGUF file, or a folder with pytorch_model.bin or its shards.")
  var source: String

  @Option(help: ArgumentHelp("Write the checkpoint to this new folder.", valueName: "dir"))
  var out: String

  func run() throws {
    throw SPINError(.unavailable, at: source, "cannot be imported yet")
  }
}
