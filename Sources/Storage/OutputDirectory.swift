// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A directory that appears under its name complete, or not at all.
///
/// It is written under a temporary name next to its target. A directory that a killed process left
/// there is removed by the next process with the same target.
package final class OutputDirectory {
  /// The path under which the directory will appear.
  package let path: String
  /// The path under which the directory is written until it is complete.
  package let temporaryPath: String
  private let lock: DirectoryLock
  /// Whether the target exists already and is compared with the new directory.
  private let isCompared: Bool
  /// Whether the target already had exactly these files, so that it was left unchanged.
  package private(set) var wasThere = false

  /// Begins a directory whose parent exists.
  ///
  /// - Parameter mayBeThere: Whether an existing target may be the result of an earlier run. It is
  ///   then compared with the new directory, file by file, instead of being refused at once.
  /// - Throws: `SPINError` with code `cannotCreate` if the target exists, is not an empty directory
  ///   and is not to be compared.
  package init(path target: String, mayBeThere: () throws -> Bool = { false }) throws {
    try OutputFile.requireNoLink(target)
    var isCompared = false
    if let status = FileSystem.status(target) {
      let isDirectory = status.kind == .directory
      if try !isDirectory || !FileSystem.names(in: target).isEmpty {
        guard try isDirectory && mayBeThere() else { throw Self.exists(target) }
        isCompared = true
      }
    }
    self.isCompared = isCompared
    path = target
    try Self.removeAbandoned(of: target)
    temporaryPath = TemporaryName.directory.path(beside: target)
    do {
      try FileSystem.makeDirectory(temporaryPath)
    } catch let error as SPINError {
      throw error.located(at: target)
    }
    lock = try DirectoryLock(temporaryPath)
  }

  /// Removes the temporary directories that killed processes left; a link of such a name is not
  /// one.
  ///
  /// - Throws: `SPINError` with code `resumable` if another process is writing the same directory.
  private static func removeAbandoned(of target: String) throws {
    // If the parent cannot be read, creating the temporary directory will report an error.
    for name in (try? TemporaryName.directory.names(beside: target)) ?? [] {
      let path = "\(FileSystem.parent(of: target))/\(name)"
      guard FileSystem.status(path, following: false)?.kind == .directory else { continue }
      do {
        let lock = try DirectoryLock(path)
        try FileSystem.removeTree(path)
        lock.release()
      } catch let error as SPINError {
        throw error.located(at: target)
      }
    }
  }

  /// Fills the directory and renames it to its target, or leaves nothing behind.
  ///
  /// An existing target with the same files is left unchanged.
  ///
  /// - Throws: The error of `body`; `SPINError` with code `cannotCreate` if the target exists with
  ///   other files.
  package func fill(shouldStop: () -> Bool = { false }, _ body: () throws -> Void) throws {
    do {
      try body()
      if isCompared {
        guard
          try DirectoryComparison.areEqual(temporaryPath, path, shouldStop: shouldStop)
        else { throw Self.exists(path) }
        wasThere = true
        try FileSystem.removeTree(temporaryPath)
        return lock.release()
      }
      try FileSystem.synchronizeDirectory(temporaryPath)
      try OutputFolder.willMove(temporaryPath, to: path)
      try FileSystem.rename(temporaryPath, to: path)
      try FileSystem.synchronizeDirectory(FileSystem.parent(of: path))
      try OutputFolder.didMove(to: path)
      lock.release()
    } catch {
      // A failure to clean up is not reported, so that the first error is.
      try? FileSystem.removeTree(temporaryPath)
      lock.release()
      throw named(error)
    }
  }

  private static func exists(_ target: String) -> SPINError {
    SPINError(
      .cannotCreate, at: target, "exists already", remedy: "remove it, or choose another name")
  }

  /// The same error with the target in place of the temporary path, which the user does not know.
  private func named(_ error: any Error) -> any Error {
    guard let error = error as? SPINError, let location = error.location,
      location.hasPrefix(temporaryPath)
    else { return error }
    return error.located(at: path + location.dropFirst(temporaryPath.count))
  }
}
