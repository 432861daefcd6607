// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A file that appears under its name whole, or not at all.
///
/// Bytes go to a sibling with a temporary name. `commit` makes them durable, renames the sibling
/// over the target and makes the name durable (Pillai et al., OSDI 2014). Without `commit` the
/// sibling is removed with the object.
package final class OutputFile {
  /// The name under which it will appear.
  package let path: String
  private let temporaryPath: String
  private let file: RandomAccessFile
  private var end = 0
  private var isCommitted = false

  /// Begins a file whose directory exists.
  package init(path: String) throws {
    let parent = FileSystem.parent(of: path)
    let suffix = String(UInt32.random(in: .min ... .max), radix: 16)
    self.path = path
    temporaryPath = "\(parent)/.\(FileSystem.name(of: path)).\(suffix).tmp"
    do {
      file = try RandomAccessFile(path: temporaryPath, .create)
    } catch let error as SPINError where error.location == temporaryPath {
      // The user knows the name asked for, not the temporary one.
      throw SPINError(error.code, at: path, error.message, remedy: error.remedy)
    }
  }

  /// Removes what writers of `path` left behind that were killed before `commit`.
  ///
  /// - Precondition: nobody is writing it now; the caller holds the lock that says so.
  package static func removeAbandoned(of path: String) throws {
    for name in try abandonedNames(of: path) {
      try FileSystem.remove("\(FileSystem.parent(of: path))/\(name)")
    }
  }

  /// Removes what writers of any file of a directory left behind that were killed before `commit`.
  ///
  /// - Precondition: nobody is writing there now; the caller holds the lock that says so.
  package static func removeAbandoned(in directory: String) throws {
    for name in try FileSystem.names(in: directory) {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count >= 4, parts[0].isEmpty, parts[parts.count - 1] == "tmp",
        UInt32(parts[parts.count - 2], radix: 16) != nil
      else { continue }
      try FileSystem.remove("\(directory)/\(name)")
    }
  }

  /// The names of temporary siblings of `path`, a writer's or a dead one's.
  package static func abandonedNames(of path: String) throws -> [String] {
    let prefix = ".\(FileSystem.name(of: path))."
    return try FileSystem.names(in: FileSystem.parent(of: path)).filter {
      $0.hasPrefix(prefix) && $0.hasSuffix(".tmp")
    }
  }

  deinit {
    if !isCommitted { try? FileSystem.remove(temporaryPath) }
  }

  /// Adds bytes at the end.
  package func write(_ bytes: RawSpan) throws { try write(bytes, at: end) }

  /// Adds bytes at the end.
  package func write(_ bytes: [UInt8]) throws { try unsafe write(bytes.span.bytes, at: end) }

  /// Writes bytes at an offset.
  package func write(_ bytes: RawSpan, at offset: Int) throws {
    try named { try file.write(bytes, at: offset) }
    end = max(end, offset + bytes.byteCount)
  }

  /// Makes the file durable and gives it its name, unless what it was made from has changed meanwhile.
  package func commit() throws {
    try InputWatch.requireUnchanged()
    try named { try file.synchronize() }
    try FileSystem.rename(temporaryPath, to: path)
    isCommitted = true
    try FileSystem.synchronizeDirectory(FileSystem.parent(of: path))
  }

  /// Writes a whole file.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try OutputFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  private func named(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as SPINError where error.location == temporaryPath {
      throw SPINError(error.code, at: path, error.message, remedy: error.remedy)
    }
  }
}
