// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin model fetch`: a model of the Hub to this machine.
struct ModelFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch a model from the Hugging Face Hub into the shared cache.",
    discussion: """
      Prints the folder of the model. Fetches the configuration and tokenizer first, so that an \
      unsupported model costs only kilobytes, and then the weights in safetensors. Files are stored in \
      the cache that huggingface_hub and transformers use (HF_HOME, HF_HUB_CACHE), and are verified by \
      size and digest. After Ctrl+C the same command resumes. Set HF_TOKEN for private and gated models, \
      and HF_ENDPOINT to use a mirror.

        spin model fetch HuggingFaceTB/SmolLM2-135M-Instruct
      """)

  @Argument(
    help:
      "OWNER/NAME[@REVISION]; the revision is a branch, a tag or a commit, main if omitted.",
    transform: Self.reference)
  var model: HubReference

  @Flag(help: "Fetch the model even if SPIN does not support its architecture.")
  var anyKind = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(
    name: .shortAndLong,
    help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  @OptionGroup
  var network: NetworkOptions

  /// Reads a repository.
  static func reference(_ text: String) throws -> HubReference {
    guard let reference = HubReference(text) else {
      throw ValidationError(
        "\"\(text)\" is no repository of the Hub: write OWNER/NAME, with @REVISION if you like.")
    }
    return reference
  }

  func run() throws {
    let snapshot = try HubAccess.use { library in
      try library.fetchModel(model) { folder in
        if !anyKind { try HubLibrary.requireSupported(folder) }
      }
    }
    guard json else { return printExactly(snapshot.path) }
    let document: JSON = [
      "schema": "model-fetch/1", "tool_version": .string(SPINVersion.current),
      "repository": .string(snapshot.reference.repository), "commit": .string(snapshot.commit),
      "path": .string(snapshot.path),
    ]
    print(document.serialized(), terminator: "")
  }
}

/// `spin model path`: where a model is.
struct ModelPathCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path",
    abstract: "Print the folder of a model in the Hugging Face cache, without using the network.")

  @Argument(
    help: "OWNER/NAME[@REVISION] of a model in the cache.", transform: ModelFetchCommand.reference)
  var model: HubReference

  func run() throws {
    var settings = try HubSettings()
    settings.isOffline = true
    printExactly(try HubLibrary(settings).model(model).path)
  }
}
