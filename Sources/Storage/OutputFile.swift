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
    // The rename would put a file in place of /dev/null, or of a link to the terminal.
    do {
      try RegularFile.check(FileSystem.mode(path), path)
    } catch let error as SPINError {
      throw error.counted(as: .cannotCreate).located(at: path).advising("choose the name of a file")
    }
    // In a folder of results its owner says what a link there means.
    try OutputFolder.willWrite(path)
    try Self.requireNoLink(path)
    self.path = path
    // Whatever cannot be removed does no harm to what is written now.
    try? Self.removeAbandoned(of: path)
    var attempt = 0
    while true {
      let temporaryPath = TemporaryName.file.path(beside: path)
      do {
        let file = try RandomAccessFile(path: temporaryPath, .create)
        // Between the two calls another process may have taken it for a leftover.
        if file.claim() || attempt == 8 {
          self.temporaryPath = temporaryPath
          self.file = file
          return
        }
      } catch let error as SPINError where error.location == temporaryPath {
        // The user knows the name requested, not the temporary one.
        throw error.located(at: path)
      }
      attempt += 1
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
    try OutputFolder.didWrite(path)
  }

  /// Writes a whole file; one that holds these very bytes is left unchanged, so that finished work can be repeated
  /// where nothing may be written.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try InputWatch.requireUnchanged()
    if holds(bytes, at: path), OutputFolder.isFinished(path) { return }
    let file = try OutputFile(path: path)
    try file.write(bytes)
    try file.commit()
  }

  /// Whether a file that holds what is to be written may stay as it is: it is on record as finished, or no folder of
  /// results has it.
  ///
  /// - Throws: `SPINError` where what the result was made from has changed meanwhile.
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
