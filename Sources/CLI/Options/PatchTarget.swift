// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN

/// A model, a patch, and where the result goes; shared by `patch apply` and `patch revert`.
struct PatchTarget: ParsableArguments {
  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Argument(help: "The patch file.")
  var patch: String

  @Option(help: ArgumentHelp("Write a copy of the model to this new folder.", valueName: "dir"))
  var out: String?

  @Flag(help: "Edit the model's own files.")
  var inPlace = false

  @OptionGroup
  var network: NetworkOptions

  func validate() throws {
    guard (out != nil) != inPlace else {
      throw ValidationError("Please give either --out DIR, for a copy, or --in-place.")
    }
  }

  /// Does it.
  func run(_ direction: PatchDirection) throws -> PatchReceipt {
    let patch = try Patch(path: patch)
    let model = try ModelDirectory(path: model.folder())
    Warnings.write(model.warnings)
    // A copy can be abandoned at any time; an edit in place takes no time and is finished.
    if out != nil { Interruption.listen() }
    let shouldStop = { Interruption.wasRequested }
    switch (direction, out) {
    case (.apply, let out?):
      return try patch.apply(to: model, out: out, shouldStop: shouldStop)
    case (.apply, nil): return try patch.applyInPlace(model)
    case (.revert, let out?): return try patch.revert(model, out: out, shouldStop: shouldStop)
    case (.revert, nil): return try patch.revertInPlace(model)
    }
  }
}

/// What is odd without being wrong, on standard error.
enum Warnings {
  static func write(_ warnings: [String]) {
    for warning in warnings { StandardError.warn(warning) }
  }

  static func write(_ warning: String?) {
    if let warning { StandardError.warn(warning) }
  }
}
