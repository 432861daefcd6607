// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage

/// A text that a user gave: the bytes of a file as UTF-8, whatever its byte order mark says.
///
/// Every reader of prompts, questions, tasks, texts and templates begins here, so that all of them
/// read the same files and refuse the same ones: compressed and binary files by their names, bytes
/// that are no text by their line.
public struct TextFile: Sendable {
  /// The path of the file.
  public let path: String
  /// The SHA-256 of the file's bytes as they are stored.
  public let digest: String
  /// The text as UTF-8 without a byte order mark; not yet checked to be UTF-8 where the file had no
  /// mark of UTF-16.
  package let bytes: [UInt8]

  /// Reads a file.
  ///
  /// - Throws: `SPINError` with code `malformedInput` that names what the file is where it is no
  ///   text, with the command that converts it; and as `MappedFile`.
  public init(path: String) throws {
    try self.init(try FileSystem.read(path), path: path)
  }

  /// Reads bytes that are there already, such as standard input.
  ///
  /// - Parameter path: Their name, for messages.
  /// - Throws: As above.
  public init(_ bytes: [UInt8], path: String) throws {
    self.path = path
    digest = FileDigest.sha256(bytes)
    if let signature = DataSignature(bytes) { throw signature.refusal(at: path) }
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw SPINError(
        .malformedInput, at: path, "is UTF-32, expected UTF-8 or UTF-16",
        remedy: "convert it: iconv -f UTF-32 -t UTF-8 \(ShellText.quoted(path))")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      self.bytes = Array(bytes.dropFirst(3))
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      self.bytes = try Self.utf8(ofUTF16: bytes, isLittleEndian: true, path)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      self.bytes = try Self.utf8(ofUTF16: bytes, isLittleEndian: false, path)
    } else {
      self.bytes = bytes
    }
    if let place = self.bytes.firstIndex(of: 0) { throw refusal(ofZeroAt: place) }
  }

  /// The whole text.
  ///
  /// - Throws: `SPINError` that names the line where it is not UTF-8.
  public func text() throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let line = try lineSlices().first { String(validating: $0.bytes, as: UTF8.self) == nil }
      throw notUTF8(line: line?.number ?? 1)
    }
    return text
  }

  /// The lines without their ends, which are LF, CRLF or CR; those of nothing but blanks left out.
  ///
  /// - Throws: `SPINError` that names the line where one is not UTF-8.
  public func lines() throws -> [String] {
    try lineSlices().map { line in
      guard let text = String(validating: line.bytes, as: UTF8.self) else {
        throw notUTF8(line: line.number)
      }
      return text
    }
  }

  /// A line that holds something, and its number, counted from 1.
  struct Line {
    let number: Int
    let bytes: ArraySlice<UInt8>
  }

  /// The longest line that is read, so that a file without line breaks does not become one string.
  static let lineLimit = 64 << 20

  /// The lines that hold more than spaces and tabs.
  func lineSlices() throws -> [Line] {
    var lines: [Line] = []
    var start = 0
    var number = 1
    while start < bytes.count {
      var end = start
      var isBlank = true
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") {
        if bytes[end] != UInt8(ascii: " "), bytes[end] != UInt8(ascii: "\t") { isBlank = false }
        end += 1
      }
      guard end - start <= Self.lineLimit else {
        throw SPINError(
          .malformedInput, at: "\(path): line \(number)",
          "the line is longer than \(Self.lineLimit >> 20) MiB")
      }
      if !isBlank { lines.append(Line(number: number, bytes: bytes[start..<end])) }
      let isPair =
        end + 1 < bytes.count && bytes[end] == UInt8(ascii: "\r")
        && bytes[end + 1] == UInt8(ascii: "\n")
      start = end + (isPair ? 2 : 1)
      number += 1
    }
    return lines
  }

  private func notUTF8(line: Int) -> SPINError {
    SPINError(
      .malformedInput, at: "\(path): line \(line)", "is not UTF-8",
      remedy: "convert the file to UTF-8, as with: iconv -f WINDOWS-1252 -t UTF-8 "
        + ShellText.quoted(path))
  }

  /// A text holds no zero bytes; UTF-16 without its mark holds one next to each ASCII letter.
  private func refusal(ofZeroAt place: Int) -> SPINError {
    let head = bytes.prefix(64)
    let (even, odd) = (
      head.indices.count { $0 % 2 == 0 && head[$0] == 0 },
      head.indices.count { $0 % 2 == 1 && head[$0] == 0 }
    )
    if max(even, odd) > head.count / 4, min(even, odd) == 0 {
      return SPINError(
        .malformedInput, at: path, "is UTF-16 without a byte order mark",
        remedy: "convert it: iconv -f UTF-16\(odd > 0 ? "LE" : "BE") -t UTF-8 "
          + ShellText.quoted(path))
    }
    let line = 1 + bytes[..<place].count { $0 == UInt8(ascii: "\n") }
    return SPINError(
      .malformedInput, at: "\(path): line \(line)", "holds a zero byte; the file is no text",
      remedy: "check that it is the file that you mean")
  }

  /// UTF-16 after its byte order mark as UTF-8.
  private static func utf8(
    ofUTF16 bytes: [UInt8], isLittleEndian: Bool, _ path: String
  ) throws -> [UInt8] {
    guard bytes.count % 2 == 0 else {
      throw SPINError(
        .malformedInput, at: path, "is UTF-16 with an odd number of bytes",
        remedy: "the file is truncated - download it again")
    }
    let units = stride(from: 2, to: bytes.count, by: 2).map { place in
      isLittleEndian
        ? UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
        : UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw SPINError(
        .malformedInput, at: path, "is UTF-16 with half of a surrogate pair",
        remedy: "convert the file to UTF-8")
    }
    return Array(text.utf8)
  }
}
