// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A file that appears under its name complete, or not at all.
///
/// Bytes are written to a sibling with a temporary name. `commit` makes them durable, renames the
/// sibling to the target and makes the name durable (Pillai et al., OSDI 2014). Without `commit`,
/// deinitialization removes the sibling.
package final class OutputFile {
  /// The path under which the file will appear.
  package let path: String
  private let temporaryPath: String
  private let file: RandomAccessFile
  private var end = 0
  private var isCommitted = false

  /// Begins a file whose directory exists; a link, a directory or a device at its path is an error.
  package init(path: String) throws {
    // Otherwise the rename would replace /dev/null, or a link to the terminal, by a file.
    do {
      try RegularFile.check(FileSystem.mode(path), path)
    } catch let error as SPINError {
      throw error.counted(as: .cannotCreate).located(at: path).advising("choose the name of a file")
    }
    // Before `requireNoLink`, because an open output folder has its own message for a link.
    try OutputFolder.willWrite(path)
    try Self.requireNoLink(path)
    self.path = path
    // A temporary file that cannot be removed does not affect this one.
    try? Self.removeAbandoned(of: path)
    var attempt = 0
    while true {
      let temporaryPath = TemporaryName.file.path(beside: path)
      do {
        let file = try RandomAccessFile(path: temporaryPath, .create)
        // Between creation and locking, another process may have removed the file as abandoned.
        if file.claim() || attempt == 8 {
          self.temporaryPath = temporaryPath
          self.file = file
          return
        }
      } catch let error as SPINError where error.location == temporaryPath {
        // Report the path that the user knows, not the temporary one.
        throw error.located(at: path)
      }
      attempt += 1
    }
  }

  deinit {
    if !isCommitted { try? FileSystem.remove(temporaryPath) }
  }

  /// Appends bytes.
  package func write(_ bytes: RawSpan) throws { try write(bytes, at: end) }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws { try unsafe write(bytes.span.bytes, at: end) }

  /// Writes bytes at an offset.
  package func write(_ bytes: RawSpan, at offset: Int) throws {
    try named { try file.write(bytes, at: offset) }
    end = max(end, offset + bytes.byteCount)
  }

  /// Makes the file durable and renames it to its path.
  ///
  /// - Throws: `SPINError` if a watched input has changed meanwhile, or on a failure of the file
  ///   system.
  package func commit() throws {
    try InputWatch.requireUnchanged()
    try named { try file.synchronize() }
    try FileSystem.rename(temporaryPath, to: path)
    isCommitted = true
    try FileSystem.synchronizeDirectory(FileSystem.parent(of: path))
    try OutputFolder.didWrite(path)
  }

  /// Writes a complete file; one that already has exactly these bytes is left unchanged, so that
  /// finished work can be repeated in a read-only folder.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try InputWatch.requireUnchanged()
    if holds(bytes, at: path), OutputFolder.isFinished(path) { return }
    let file = try OutputFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Whether an existing file that already has the right contents may be left as it is: it is
  /// recorded as finished, or is in no open output folder.
  ///
  /// - Throws: `SPINError` if a watched input has changed meanwhile.
  package static func mayStay(_ path: String) throws -> Bool {
    try InputWatch.requireUnchanged()
    return FileSystem.status(path, following: false)?.kind == .file && OutputFolder.isFinished(path)
  }

  private static func holds(_ bytes: [UInt8], at path: String) -> Bool {
    guard let status = FileSystem.status(path, following: false), status.kind == .file,
      status.byteCount == bytes.count
    else { return false }
    return (try? FileSystem.read(path)) == bytes
  }

  private func named(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as SPINError where error.location == temporaryPath {
      throw error.located(at: path)
    }
  }
}
