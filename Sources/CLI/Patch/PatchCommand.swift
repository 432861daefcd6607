// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// `spin patch`: what is done with a patch file.
struct PatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patch",
    abstract: "Apply, verify, revert and compare patches of a model.",
    discussion: """
      A patch file lists weights with their bits before and after the edit. It applies to any copy of \
      the model for which it was made; every listed weight is checked before anything is written.
      """,
    subcommands: [
      PatchApplyCommand.self, PatchVerifyCommand.self, PatchRevertCommand.self,
      PatchDiffCommand.self, PatchShowCommand.self, PatchExportCommand.self,
    ])
}

/// `spin patch apply`: a model and a patch to a patched model.
struct PatchApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply a patch to a copy of a model, or in place.",
    discussion: """
      A copy shares unchanged bytes with the original where the file system allows it. It contains only \
      the files of the model: files of tools, such as .git, are not copied; links are followed only to \
      files of the model and of the Hugging Face cache; and other copies of the weights are left out, \
      because they would not be edited. Editing in place survives an interruption at any moment: until \
      the same command completes the edit, or `patch revert` undoes it, no other command uses the model.
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Argument(help: "The patch file.")
  var patch: String

  @OptionGroup var target: PatchTarget

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let receipt = try target.run(.apply, model, patch)
    print(json ? PatchText.json(receipt, .apply) : PatchText.text(receipt, .apply))
  }
}

/// `spin patch revert`: a patched model to the model before.
struct PatchRevertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revert", abstract: "Revert a patch in a copy of a model, or in place.",
    discussion: """
      The result is identical, byte for byte, to the model before the patch. Without a patch file, \
      reverts the patch in the model's folder (spin-patch.json).
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Argument(help: "The patch file. (default: the patch in the model's folder)")
  var patch: String?

  @OptionGroup var target: PatchTarget

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let receipt = try target.run(.revert, model, patch)
    print(json ? PatchText.json(receipt, .revert) : PatchText.text(receipt, .revert))
  }
}

/// `spin patch verify`: does a model have a patch.
struct PatchVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check whether a patch is applied to a model.",
    discussion: """
      Compares every listed weight and hashes the weight files. Without a patch file, checks the patch \
      in the model's folder (spin-patch.json). The exit status is 0 if the whole patch is applied (with \
      --expect unpatched: if none of it is), and 2 otherwise.
      """)

  /// What the model should be.
  enum Expectation: String, ExpressibleByArgument, CaseIterable { case patched, unpatched }

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Argument(help: "The patch file. (default: the patch in the model's folder)")
  var patch: String?

  @Option(help: "The state in which the model should be.")
  var expect = Expectation.patched

  @Flag(help: "Do not hash the weight files.")
  var skipHashes = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    let given = try self.patch.map { try Patch(path: $0) }
    let directory = try ModelDirectory(path: model.folder())
    Warnings.write(directory.warnings)
    let patch: Patch
    if let given {
      patch = given
    } else {
      let enclosed = try EnclosedPatch.meant(in: directory)
      StandardError.write("patch    \(directory.path)/\(enclosed.name)\n")
      patch = enclosed.patch
    }
    let found = try patch.verify(directory, hashing: !skipHashes)
    print(json ? PatchText.json(found, patch) : PatchText.text(found, patch))
    guard found.state.rawValue != expect.rawValue else { return }
    // A patch that changes no bit leaves every model as it was and as it should be.
    if found.state == .unpatched, patch.weightCount == patch.unchangedCount { return }
    throw SPINError(
      .checkFailed, at: model.text, "is \(found.state.rawValue), expected \(expect.rawValue)",
      remedy: remedy(found.state))
  }

  private func remedy(_ state: PatchVerification.State) -> String {
    switch state {
    case .unpatched:
      "give the patched model, or apply the patch: spin patch apply MODEL PATCH; --expect unpatched checks a reverted "
        + "model"
    case .patched: "give the unpatched model, or revert the patch: spin patch revert MODEL PATCH"
    case .mixed: "start from a fresh copy of the model"
    case .other: "give the model that the patch was made for: spin patch show PATCH names it"
    }
  }
}

/// `spin patch show`: what a patch does.
struct PatchShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a patch changes and where it comes from.")

  @Argument(help: "The patch file.")
  var patch: String

  @Flag(help: "Print the patch as JSON.")
  var json = false

  func run() throws {
    let patch = try Patch(path: patch)
    print(json ? patch.json.serialized() : PatchText.text(patch), terminator: json ? "" : "\n")
  }
}

/// `spin patch diff`: two models to the weights in which they differ.
struct PatchDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "List the weights in which two checkpoints differ.",
    discussion: """
      The exit status is 0 if the checkpoints hold the same bits, and 2 if they differ.
      """)

  @Argument(help: ModelArgument.help)
  var first: ModelArgument

  @Argument(help: "The other model, in the same form.")
  var second: ModelArgument

  @Option(
    help: ArgumentHelp("The number of differing weights to show for each tensor.", valueName: "n"))
  var show = 5

  @Option(
    help: ArgumentHelp(
      "Write the patch that turns the first model into the second to this file.", valueName: "file")
  )
  var patch: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    let models = (
      try ModelDirectory(path: first.folder()), try ModelDirectory(path: second.folder())
    )
    Warnings.write(models.0.warnings + models.1.warnings)
    if let patch {
      for model in [models.0, models.1] { try FileSystem.requireApart(patch, from: model.path) }
      try OutputFile.requireReplaceable(
        patch, by: "a patch of spin", marker: "\"schema\": \"\(Patch.schema)\"")
    }
    let difference = try CheckpointDifference(models.0, models.1)
    if let patch {
      let made = try difference.patch(toolVersion: SPINVersion.current)
      try ReplacedSelection.requireReplaceable(patch, by: made)
      try made.write(to: patch)
    }
    let text = DifferenceText(difference: difference, shown: max(0, show))
    print(json ? text.json : text.text)
    guard !difference.isEmpty, patch == nil else { return }
    throw SPINError(.checkFailed, at: second.text, "differs from \(first.text)")
  }
}
