// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// A copy of a directory that appears under its name whole, or not at all.
package final class DirectoryCopy {
  private let source: String
  private let output: OutputDirectory
  /// The number of files copied so far.
  package private(set) var fileCount = 0
  /// How many of them share their bytes with the original.
  package private(set) var sharedCount = 0

  /// Where the copy grows.
  package var temporaryPath: String { output.temporaryPath }

  /// Begins a copy.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` where the target exists and is not empty, or
  ///   lies inside the source.
  package init(of source: String, to target: String) throws {
    var ancestor = FileSystem.parent(of: target)
    let sourceIdentity = FileSystem.status(source)?.identity
    for _ in 0..<128 {
      let identity = FileSystem.status(ancestor)?.identity
      if identity != nil, identity == sourceIdentity {
        throw SPINError(
          .cannotCreate, at: target, "lies inside the model itself",
          remedy: "choose a place outside \(source)")
      }
      ancestor += "/.."
    }
    self.source = source
    output = try OutputDirectory(path: target)
  }

  /// Copies all files, with those in directories below, changes the copies and gives the directory its
  /// name; leaves nothing after an error.
  ///
  /// - Parameter shouldStop: Asked while files are copied; true ends the work with an error of code
  ///   `interrupted`.
  package func make(
    except excluded: Set<String>, shouldStop: () -> Bool = { false }, change: () throws -> Void
  ) throws {
    try output.fill {
      try copyFiles(
        from: source, to: temporaryPath, except: excluded, depth: 0, shouldStop: shouldStop)
      try change()
    }
  }

  private func copyFiles(
    from source: String, to target: String, except excluded: Set<String>, depth: Int,
    shouldStop: () -> Bool
  ) throws {
    guard depth < 64 else {
      throw SPINError(
        .malformedInput, at: source, "is nested deeper than 64 folders",
        remedy: "remove links that lead back up")
    }
    for name in try FileSystem.names(in: source) where !excluded.contains(name) {
      let path = source + "/" + name
      switch FileSystem.status(path)?.kind {
      case .directory:
        try FileSystem.makeDirectory(target + "/" + name)
        try copyFiles(
          from: path, to: target + "/" + name, except: [], depth: depth + 1,
          shouldStop: shouldStop)
      case .file:
        if try FileSystem.clone(path, to: target + "/" + name, shouldStop: shouldStop) {
          sharedCount += 1
        }
        fileCount += 1
      case .symbolicLink, nil:
        throw SPINError(
          .missingInput, at: path, "is a link to nothing", remedy: "download the file again")
      case .other:
        throw SPINError(
          .malformedInput, at: path, "is neither a file nor a folder", remedy: "remove it")
      }
    }
    try FileSystem.synchronizeDirectory(target)
  }
}
