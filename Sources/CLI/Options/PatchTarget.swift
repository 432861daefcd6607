// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// Where the result of an edit goes; shared by `patch apply` and `patch revert`.
struct PatchTarget: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write an edited copy of the model to this new folder.", valueName: "dir"))
  var out: String?

  @Flag(help: "Edit the model's own files.")
  var inPlace = false

  @OptionGroup
  var copy: CopyOptions

  @OptionGroup
  var network: NetworkOptions

  func validate() throws {
    guard (out != nil) != inPlace else {
      throw ValidationError("Please give either --out DIR, for a copy, or --in-place.")
    }
    guard out != nil || !copy.keepOtherCopies else {
      throw ValidationError("--keep-other-copies is for --out.")
    }
  }

  /// Does it.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - file: The patch file; nil for the patch in the model's folder.
  func run(
    _ direction: PatchDirection, _ model: ModelArgument, _ file: String?
  ) throws -> PatchReceipt {
    let given = try file.map { try Patch(path: $0) }
    let folder = try model.folder()
    let patch: Patch
    if let given {
      patch = given
    } else {
      let model = try ModelDirectory(path: folder)
      let found = try EnclosedPatch.meant(in: model)
      StandardError.write("patch    \(folder)/\(found.name)\n")
      patch = found.patch
    }
    guard let out else {
      let receipt =
        direction == .apply
        ? try patch.applyInPlace(at: folder)
        : try patch.revertInPlace(at: folder, readFrom: file, removesEnclosed: file == nil)
      Warnings.write(receipt.warnings)
      return receipt
    }
    let model = try ModelDirectory(path: folder)
    Warnings.write(model.warnings)
    // A copy can be abandoned at any time; an edit in place takes no time and is finished.
    Interruption.listen()
    let shouldStop = { Interruption.wasRequested }
    let keeps = copy.keepOtherCopies
    return direction == .apply
      ? try patch.apply(to: model, out: out, keepsOtherCopies: keeps, shouldStop: shouldStop)
      : try patch.revert(model, out: out, keepsOtherCopies: keeps, shouldStop: shouldStop)
  }
}

/// Warnings, on standard error.
enum Warnings {
  static func write(_ warnings: [String]) {
    for warning in warnings { StandardError.warn(warning) }
  }

  static func write(_ warning: String?) {
    if let warning { StandardError.warn(warning) }
  }
}
