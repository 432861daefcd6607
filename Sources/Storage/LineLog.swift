// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// An append-only file of lines with checksums, from which interrupted work resumes.
///
/// A last line that was cut off by a crash is ignored. A line that was changed is an error, because
/// results based on it would be silently wrong. Each checksum is a prefix of the SHA-256 of the
/// previous checksum and the line, so that a missing line is detected, too.
package final class LineLog {
  /// The lines that the file had when it was opened, without their checksums.
  package let lines: [[UInt8]]
  private let path: String
  /// Opened only for the first write, since the log of finished work may be in a read-only folder.
  private var file: RandomAccessFile?
  private var end: Int
  private var chain: String

  /// Reads a log, or creates an empty one if the file is absent.
  ///
  /// - Throws: `SPINError` with code `malformedInput` if a line does not match its checksum.
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

  /// Appends a line, which is durable after `synchronize`.
  ///
  /// - Precondition: The line contains no line feed.
  /// - Throws: `SPINError` if the line cannot be written, or if an input has changed meanwhile.
  package func append(_ line: [UInt8]) throws {
    try InputWatch.requireUnchanged()
    let checksum = Self.checksum(line, after: chain)
    let bytes = line + Array("\t\(checksum)\n".utf8)
    try writable().write(bytes, at: end)
    end += bytes.count
    chain = checksum
  }

  /// Makes all lines durable.
  package func synchronize() throws { try file?.synchronize() }

  private static let suffixCount = 17

  private static func checksum(_ line: [UInt8], after chain: String) -> String {
    var hash = SHA256()
    hash.update(Array(chain.utf8))
    hash.update(line)
    return String(hash.hexadecimal.prefix(suffixCount - 1))
  }
}
