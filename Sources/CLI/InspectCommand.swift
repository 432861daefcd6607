// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN

/// `spin inspect`: says what something is.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Explain what a model folder or a file is.",
    discussion: """
      Knows model folders, safetensors files, score files, selections, patches, configurations and \
      tokenizers, and names what people hold instead of weights.
      """)

  @Argument(help: "A folder, a file, or OWNER/NAME[@REVISION] of the Hugging Face Hub.")
  var path: ModelArgument

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    let inspection = try Inspection(of: path.folder())
    Warnings.write(inspection.warnings)
    print(json ? PatchText.text(inspection.json) : inspection.text)
  }
}
