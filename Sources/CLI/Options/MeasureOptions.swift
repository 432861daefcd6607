// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN
import SPINJSON

/// How a measure is computed and shown; shared by the subcommands of `evaluate`.
struct MeasureOptions: ParsableArguments {
  @Option(help: "Threads that compute (default: all processors).")
  var threads: Int?

  @Option(help: ArgumentHelp("Write the result, and the items behind it, here.", valueName: "dir"))
  var out: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but warnings and errors.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be between 1 and 1024.")
    }
  }

  var threadCount: Int { threads ?? Machine.processorCount }

  /// Writes and prints a result.
  ///
  /// - Parameters:
  ///   - measure: Its name; the schema is this name with version 1.
  ///   - result: What was found.
  ///   - model: What it was found of.
  ///   - patch: The edit that was on, if any.
  ///   - text: The same for people.
  func show(
    _ measure: String, _ result: JSONObject, _ model: LanguageModel, _ patch: Patch?, text: String
  ) throws {
    var document: JSONObject = [
      "schema": .string("\(measure)/1"), "tool_version": .string(SPINVersion.current),
      "model": .string(FileSystem.name(of: model.directory.path)),
      "model_sha256": .string(
        ModelDirectory.modelHash(of: try patch?.base.files ?? model.directory.fileHashes())),
      "patch_weights": patch.map { JSON($0.weightCount) } ?? .null,
    ]
    for (key, value) in result.members { document[key] = value }
    let json = JSON.object(document).serialized()
    if let out {
      try FileSystem.ensureDirectory(out)
      try OutputFile.write(Array(json.utf8), to: "\(out)/\(measure).json")
    }
    print(self.json ? json : text, terminator: self.json ? "" : "\n")
  }
}
