// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINPatch
import SPINStorage

/// `spin select`: scores to a selection and its patch.
struct SelectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "select",
    abstract: "Select the coupled weights from scores and write a patch.",
    discussion: """
      Takes from each matrix the top weights of the pair's two data sets (--q) and of general ability \
      (--p), and combines the three sets by --rule. Any number of selections can be made from the same \
      scores, each written to its own files: a patch or selection of a different request is not \
      replaced.
      """)

  @Argument(help: ModelArgument.help)
  var model: ModelArgument

  @Option(help: ArgumentHelp("The folder that `spin score` wrote.", valueName: "dir"))
  var scores: String

  @OptionGroup(title: "Selection")
  var options: SelectionOptions

  @Option(help: "The matrices to select in. (default: all that were scored)")
  var targetModule: TargetModule?

  @Option(help: "The seed of the rule random.")
  var seed = Selection().seed

  @Option(help: ArgumentHelp("Write the patch to this file.", valueName: "file"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write the sets and statistics of every matrix to this file.", valueName: "file"))
  var selection: String?

  @Flag(help: "List every matrix, not only those with selected weights.")
  var verbose = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    try OutputPaths.requireDifferent([("--out", out), ("--selection", selection)])
    for (path, kind, schema) in [
      (out, "a patch of spin", Patch.schema),
      (selection, "a selection of spin", CoupledSet.schema),
    ] {
      guard let path else { continue }
      try OutputFile.requireReplaceable(path, by: kind, marker: "\"schema\": \"\(schema)\"")
    }
    let parameters = try options.parsed(targetModule: targetModule, seed: seed)
    let directory = try ModelDirectory(path: model.folder())
    for path in [out, selection].compactMap(\.self) {
      try FileSystem.requireApart(path, from: directory.path)
    }
    let hashes = try directory.fileHashes()
    let set = try CoupledSet(
      parameters, scores: ScoreDirectory(path: scores), modelFiles: hashes,
      configurationDigest: directory.configurationDigest())
    if !options.amounts.allowEmpty {
      try EmptySelection(set, scores: ScoreDirectory(path: scores)).refuse()
    }
    // Both are known before either is written.
    let patch = try out.map { _ in
      try Patch.make(
        model: directory, weights: set.weights, scale: parameters.scale,
        provenance: set.provenance, toolVersion: SPINVersion.current, fileHashes: hashes)
    }
    if let selection { try ReplacedSelection.requireReplaceable(selection, by: set) }
    if let out, let patch { try ReplacedSelection.requireReplaceable(out, by: patch) }
    if let selection { try set.write(to: selection, tool: SPINVersion.tool) }
    if let out { try patch?.write(to: out) }
    show(set)
  }

  private func show(_ set: CoupledSet) {
    set.warnings.forEach(StandardError.warn)
    if json {
      print(set.json(tool: SPINVersion.tool).serialized(), terminator: "")
    } else {
      print(
        SelectionTable(set, showsAll: verbose, hint: " (--verbose shows them)").text,
        terminator: "")
      for path in [selection, out].compactMap({ $0 }) { print("wrote \(path)") }
    }
  }
}
