// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin inspect`: says what something is.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Describe a model folder or a file.",
    discussion: """
      Recognizes model folders, safetensors files, score files, selections, patches, configurations and \
      tokenizers, and explains files that are not usable weights. Reads headers only, unless --values is \
      given.
      """)

  @Argument(help: "A folder, a file, or OWNER/NAME[@REVISION] on the Hugging Face Hub.")
  var path: ModelArgument

  @Flag(
    help: """
      Also read all weights, and report the tensors that contain NaN or infinity, with counts. The \
      exit status is 2 if there are any.
      """)
  var values = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    let folder = try path.folder()
    var inspection = try Inspection(of: folder)
    Warnings.write(inspection.warnings)
    guard values else {
      print(json ? PatchText.text(inspection.json) : inspection.text)
      return
    }
    let found = try ValueInspection(of: folder)
    if json {
      inspection.add("non_finite", found.json)
      print(PatchText.text(inspection.json))
    } else {
      print(inspection.text)
      print(found.text)
    }
    guard found.count == 0 else {
      throw SPINError(
        .checkFailed, at: path.text,
        "holds \(found.count.counted("value")) that are not finite numbers",
        remedy: "use another copy of the model; nothing can be computed with this one")
    }
  }
}
