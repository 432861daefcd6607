// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A directory that appears under its name whole, or not at all.
///
/// It is written under a temporary name next to its target. What a killed process left there is removed
/// by the next one with the same target.
package final class OutputDirectory {
  /// The name under which it will appear.
  package let path: String
  /// The path under which it is written until it is complete.
  package let temporaryPath: String
  private let lock: DirectoryLock
  /// Whether a directory is there already, which is compared with this one.
  private let isCompared: Bool
  /// Whether the directory was there already with these very files, so that nothing was written.
  package private(set) var wasThere = false

  /// Begins a directory whose parent exists.
  ///
  /// - Parameter mayBeThere: Asked whether a directory of that name may be this one, made before: it is compared with it
  ///   then, file by file, instead of being refused at once.
  /// - Throws: `SPINError` with code `cannotCreate` where the target exists and is not empty.
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

  /// Removes what killed processes left of a directory; a link of such a name is not a leftover.
  ///
  /// - Throws: `SPINError` with code `resumable` where another process is making the same directory.
  private static func removeAbandoned(of target: String) throws {
    // A folder that cannot be read is found out by whoever writes there.
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

  /// Fills the directory and gives it its name, or leaves nothing.
  ///
  /// One that is there with the same files is left unchanged.
  ///
  /// - Throws: What `body` throws, and `SPINError` with code `cannotCreate` where another directory is there.
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
      // The error that led here is the one to report.
      try? FileSystem.removeTree(temporaryPath)
      lock.release()
      throw named(error)
    }
  }

  private static func exists(_ target: String) -> SPINError {
    SPINError(
      .cannotCreate, at: target, "exists already", remedy: "remove it, or choose another name")
  }

  /// The user knows the name requested, not the temporary one.
  private func named(_ error: any Error) -> any Error {
    guard let error = error as? SPINError, let location = error.location,
      location.hasPrefix(temporaryPath)
    else { return error }
    return error.located(at: path + location.dropFirst(temporaryPath.count))
  }
}
