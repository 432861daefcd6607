// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A file to which lines are appended, each with a checksum, from which interrupted work resumes.
///
/// A last line that a crash cut short counts for nothing; a line that was changed is an error, because what rests on
/// it would be wrong without a word. A checksum is the beginning of the SHA-256 of the line and of those before it, so
/// that none can go missing between.
package final class LineLog {
  /// The lines that were there when it was opened, without their checksums.
  package let lines: [[UInt8]]
  private let path: String
  /// Opened when there is something to write: a log of finished work may be in a read-only folder.
  private var file: RandomAccessFile?
  private var end: Int
  private var chain: String

  /// Reads a file, or begins with nothing where there is none.
  ///
  /// - Throws: `SPINError` with code `malformedInput` where a line does not fit its checksum.
  package init(path: String) throws {
    self.path = path
    let isThere = FileSystem.status(path, following: false)?.kind == .file
    let bytes = isThere ? try FileSystem.read(path) : []
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    end = whole
    chain = ""
    var lines: [[UInt8]] = []
    for line in bytes[..<whole].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .dropLast() {
      let content = Array(line.dropLast(Self.suffixCount))
      let checksum = Self.checksum(content, after: chain)
      guard line.suffix(Self.suffixCount).elementsEqual("\t\(checksum)".utf8) else {
        throw SPINError(
          .malformedInput, at: path, "line \(lines.count + 1) was changed since it was written",
          remedy: """
            remove the file, which costs the work that it holds, or give \(enabling: .restart) where the \
            command has it
            """)
      }
      lines.append(content)
      chain = checksum
    }
    self.lines = lines
    if bytes.count > whole || !isThere { try writable().truncate(to: whole) }
  }

  private func writable() throws -> RandomAccessFile {
    if let file { return file }
    let opened = try RandomAccessFile(path: path, .createOrUpdate)
    file = opened
    return opened
  }

  /// Adds a line; it is on disk after `synchronize`.
  ///
  /// - Precondition: it holds no line feed.
  /// - Throws: `SPINError` where it cannot be written, or what it was made from has changed meanwhile.
  package func append(_ line: [UInt8]) throws {
    try InputWatch.requireUnchanged()
    let checksum = Self.checksum(line, after: chain)
    let bytes = line + Array("\t\(checksum)\n".utf8)
    try writable().write(bytes, at: end)
    end += bytes.count
    chain = checksum
  }

  /// Makes sure that all lines are on disk.
  package func synchronize() throws { try file?.synchronize() }

  private static let suffixCount = 17

  private static func checksum(_ line: [UInt8], after chain: String) -> String {
    var hash = SHA256()
    hash.update(Array(chain.utf8))
    hash.update(line)
    return String(hash.hexadecimal.prefix(suffixCount - 1))
  }
}
