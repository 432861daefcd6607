// SPDX-License-Identifier: Apache-2.0

import SPINJobs
import SPINStorage

/// The files and folders that a command line names besides the model.
///
/// A model can be gigabytes to fetch, and commands read it first: a misspelt file is found out before that.
enum LocalFiles {
  /// Options whose value is a file or folder that has to be there, some with a name and an equals sign before it.
  private static let options: Set = [
    "--text", "--train", "--prompts", "--exclude-overlap", "--patch", "--adapter", "--scores",
    "--judge-template", "--data", "--questions", "--benign", "--task-data", "--fewshot-data",
  ]

  /// Requires what the arguments of this program name.
  ///
  /// - Throws: `SPINError` with code `missingInput` for the first that is not there.
  static func require(_ arguments: [String]) throws {
    for (option, value) in TypedOptions(arguments).pairs where options.contains(option) {
      guard let value, !["-", "md-judge"].contains(value) else { continue }
      var path = value
      // NAME=FILE, where a file is not called so.
      if let sign = value.firstIndex(of: "="), FileSystem.status(value) == nil {
        path = String(value[value.index(after: sign)...])
      }
      // What stands for a file elsewhere has been fetched by now.
      guard FileSystem.status(path) == nil, try NamedFile(path) == nil else { continue }
      throw SPINError(
        .missingInput, at: path, "no such file or folder", remedy: "check \(option) \(value)")
    }
  }
}
