// SPDX-License-Identifier: Apache-2.0

import SPINJobs
import Synchronization

/// What stands for files and folders of the cache: messages give the names that were typed.
///
/// Commands read paths. A path below `~/.cache` says little to whoever typed `spin:privacy`.
enum NamedInputs {
  private static let names = Mutex<[(path: String, name: String)]>([])

  /// Remembers what a file or a folder was called.
  static func register(_ path: String, as name: String) {
    names.withLock { $0.append((path, name)) }
  }

  /// A text with names in place of paths.
  static func named(_ text: String) -> String {
    names.withLock { names in
      names.reduce(text) { text, entry in
        // What is in a folder follows its name as a place in it.
        replacing(
          entry.path, by: entry.name,
          in: replacing(entry.path + "/", by: entry.name + ": ", in: text))
      }
    }
  }

  /// A failure with names in place of paths; the remedy keeps paths, since it may be a command to type.
  static func named(_ error: SPINError) -> SPINError {
    SPINError(
      error.code, at: error.location.map(named), named(error.message), remedy: error.remedy)
  }

  private static func replacing(_ part: String, by other: String, in text: String) -> String {
    text.split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
  }
}
