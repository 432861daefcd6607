// SPDX-License-Identifier: Apache-2.0

import SPINJobs
import SPINStorage

/// The files that a command is about to write, as they were typed.
enum OutputPaths {
  /// Requires that no --out is a symbolic link, whatever it leads to; links on the way there are followed.
  ///
  /// One rule for files and folders of all commands, and for their plans.
  ///
  /// - Parameter arguments: A command line that was parsed.
  /// - Throws: `SPINError` with code `cannotCreate` that names the link and what it leads to.
  static func requireNoLinks(_ arguments: [String]) throws {
    for path in TypedOptions(arguments).values("--out") where !path.isEmpty {
      try OutputFile.requireNoLink(FileSystem.entry(path))
    }
  }

  /// Requires that no two options name one file, of which only the last result would be left.
  ///
  /// - Throws: `SPINError` with code `usage`.
  static func requireDifferent(_ paths: [(option: String, path: String?)]) throws {
    var seen: [String: String] = [:]
    for (option, path) in paths {
      guard let path else { continue }
      let place = FileSystem.resolvedBeginning(of: path) ?? path
      if let other = seen.updateValue(option, forKey: place) {
        throw SPINError(
          .usage, at: option, "\(path) is the file of \(other), too",
          remedy: "name a file of its own for each")
      }
    }
  }
}
