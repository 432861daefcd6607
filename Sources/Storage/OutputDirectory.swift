// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A directory that appears under its name whole, or not at all.
///
/// It grows under a temporary name beside its target. What a killed process left there is removed
/// by the next one with the same target.
package final class OutputDirectory {
  /// The name under which it will appear.
  package let path: String
  /// Where it grows.
  package let temporaryPath: String
  private let lock: DirectoryLock

  /// Begins a directory whose parent exists.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` where the target exists and is not empty.
  package init(path target: String) throws {
    if let status = FileSystem.status(target) {
      let isEmpty = try status.kind == .directory && FileSystem.names(in: target).isEmpty
      guard isEmpty else {
        throw SPINError(
          .cannotCreate, at: target, "exists already", remedy: "remove it, or choose another name")
      }
    }
    path = target
    try Self.removeAbandoned(of: target)
    temporaryPath = TemporaryName.directory.path(beside: target)
    do {
      try FileSystem.makeDirectory(temporaryPath)
    } catch let error as SPINError {
      throw SPINError(error.code, at: target, error.message, remedy: error.remedy)
    }
    lock = try DirectoryLock(temporaryPath)
  }

  /// Removes what killed processes left of a directory; a link of such a name is nobody's leftover.
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
        throw SPINError(error.code, at: target, error.message, remedy: error.remedy)
      }
    }
  }

  /// Fills the directory and gives it its name, or leaves nothing.
  package func fill(_ body: () throws -> Void) throws {
    do {
      try body()
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

  /// The user knows the name asked for, not the temporary one.
  private func named(_ error: any Error) -> any Error {
    guard let error = error as? SPINError, let location = error.location,
      location.hasPrefix(temporaryPath)
    else { return error }
    return SPINError(
      error.code, at: path + location.dropFirst(temporaryPath.count), error.message,
      remedy: error.remedy)
  }
}
