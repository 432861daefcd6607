// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// A copy of a directory that appears under its name whole, or not at all.
///
/// It grows under a temporary name beside its target. What a killed process left there is removed
/// by the next copy to the same target.
final class DirectoryCopy {
  let source: String
  let target: String
  let temporaryPath: String
  private(set) var fileCount = 0
  private(set) var sharedCount = 0
  private let lock: DirectoryLock

  /// Begins a copy.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` where the target exists and is not empty, or
  ///   lies inside the source.
  init(of source: String, to target: String) throws {
    let parent = FileSystem.parent(of: target)
    if let status = FileSystem.status(target) {
      let isEmpty = try status.kind == .directory && FileSystem.names(in: target).isEmpty
      guard isEmpty else {
        throw SPINError(
          .cannotCreate, at: target, "exists already", remedy: "remove it, or choose another name")
      }
    }
    var ancestor = parent
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
    self.target = target
    temporaryPath = "\(parent)/.\(FileSystem.name(of: target)).partial"
    if FileSystem.status(temporaryPath, following: false) == nil {
      do {
        try FileSystem.makeDirectory(temporaryPath)
      } catch let error as SPINError {
        throw SPINError(error.code, at: target, error.message, remedy: error.remedy)
      }
    }
    lock = try DirectoryLock(temporaryPath)
    for name in try FileSystem.names(in: temporaryPath) {
      try FileSystem.removeTree(temporaryPath + "/" + name)
    }
  }

  /// Copies all files, with those in directories below.
  func copyFiles(except excluded: Set<String>) throws {
    try copyFiles(from: source, to: temporaryPath, except: excluded, depth: 0)
  }

  private func copyFiles(
    from source: String, to target: String, except excluded: Set<String>, depth: Int
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
        try copyFiles(from: path, to: target + "/" + name, except: [], depth: depth + 1)
      case .file:
        if try FileSystem.clone(path, to: target + "/" + name) { sharedCount += 1 }
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

  /// Gives the copy its name.
  func commit() throws {
    try FileSystem.rename(temporaryPath, to: target)
    try FileSystem.synchronizeDirectory(FileSystem.parent(of: target))
    lock.release()
  }

  /// Removes what was copied so far.
  func abandon() {
    // The error that led here is the one to report.
    try? FileSystem.removeTree(temporaryPath)
    lock.release()
  }

  /// The user knows the name asked for, not the temporary one.
  func named(_ error: any Error) -> any Error {
    guard let error = error as? SPINError, let location = error.location,
      location.hasPrefix(temporaryPath)
    else { return error }
    return SPINError(
      error.code, at: target + location.dropFirst(temporaryPath.count), error.message,
      remedy: error.remedy)
  }
}
