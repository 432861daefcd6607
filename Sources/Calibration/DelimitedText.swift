// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Reads comma- or tab-separated text record by record, after RFC 4180.
///
/// A cell may be quoted; a quoted cell may hold delimiters, line breaks and doubled quotes. Records
/// end with LF, CRLF or CR. Lines of nothing but spaces and tabs are skipped, as `pandas` (which the
/// paper's code reads through) does. A quote inside an unquoted cell stands for itself.
///
/// - Note: Differs from `pandas`: nothing becomes null, a quoted cell must end at a delimiter or at
///   the end of its record, and a short record is refused rather than filled.
struct DelimitedText {
  /// One record may not be longer than this, so that a forgotten quote does not swallow a disk.
  static let recordLimit = 64 << 20

  /// A cell: where its text is, and whether doubled quotes in it stand for one quote.
  struct Cell {
    let bytes: Range<Int>
    let hasDoubledQuotes: Bool
  }

  private let bytes: [UInt8]
  private let delimiter: UInt8
  private let path: String
  private var position: Int
  /// The line of `position`, counted from 1.
  private(set) var line = 1
  /// The line on which the last record began.
  private(set) var recordLine = 1

  init(_ bytes: [UInt8], delimiter: UInt8 = UInt8(ascii: ","), path: String) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.path = path
    position = 0
  }

  /// Reads the next record into `cells`, or returns false at the end.
  mutating func next(into cells: inout [Cell]) throws -> Bool {
    cells.removeAll(keepingCapacity: true)
    while skipBlankLine() {}
    guard position < bytes.count else { return false }
    recordLine = line
    let start = position
    while true {
      let isQuoted = position < bytes.count && bytes[position] == UInt8(ascii: "\"")
      cells.append(isQuoted ? try quotedCell() : plainCell())
      guard position - start <= Self.recordLimit else {
        throw error("the record is longer than \(Self.recordLimit >> 20) MiB")
      }
      guard position < bytes.count else { return true }
      if bytes[position] != delimiter {
        skipLineBreak()
        return true
      }
      position += 1
    }
  }

  /// The text of a cell.
  ///
  /// - Throws: `SPINError` if it is not UTF-8.
  func text(of cell: Cell) throws -> String {
    let quote = UInt8(ascii: "\"")
    var text = bytes[cell.bytes]
    if cell.hasDoubledQuotes {
      var single: [UInt8] = []
      single.reserveCapacity(text.count)
      var index = text.startIndex
      while index < text.endIndex {
        single.append(text[index])
        index += text[index] == quote ? 2 : 1
      }
      text = single[...]
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw error(
        "a cell of this record is not UTF-8",
        remedy: "convert the file to UTF-8, as with: iconv -f WINDOWS-1252 -t UTF-8 "
          + ShellText.quoted(path))
    }
    return string
  }

  /// A failure in the record that was read last.
  func error(_ message: String, remedy: String? = nil) -> SPINError {
    SPINError(.malformedInput, at: "\(path): line \(recordLine)", message, remedy: remedy)
  }

  private mutating func plainCell() -> Cell {
    let start = position
    while position < bytes.count, bytes[position] != delimiter, !isLineBreak(bytes[position]) {
      position += 1
    }
    return Cell(bytes: start..<position, hasDoubledQuotes: false)
  }

  private mutating func quotedCell() throws -> Cell {
    let quote = UInt8(ascii: "\"")
    let openingLine = line
    position += 1
    let start = position
    var hasDoubledQuotes = false
    while position < bytes.count {
      if bytes[position] == quote {
        guard position + 1 < bytes.count, bytes[position + 1] == quote else { break }
        hasDoubledQuotes = true
        position += 2
      } else if isLineBreak(bytes[position]) {
        skipLineBreak()
      } else {
        position += 1
      }
    }
    guard position < bytes.count else {
      throw SPINError(
        .malformedInput, at: "\(path): line \(openingLine)",
        "a quote is opened here and never closed",
        remedy: "close it, or write quotes inside a quoted cell twice")
    }
    let cell = Cell(bytes: start..<position, hasDoubledQuotes: hasDoubledQuotes)
    position += 1
    guard position == bytes.count || bytes[position] == delimiter || isLineBreak(bytes[position])
    else {
      throw SPINError(
        .malformedInput, at: "\(path): line \(line)",
        "text follows the closing quote of a cell",
        remedy: "write quotes inside a quoted cell twice")
    }
    return cell
  }

  private func isLineBreak(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  /// Steps over a line of nothing but spaces and tabs; a tab that delimits cells counts as text.
  private mutating func skipBlankLine() -> Bool {
    var end = position
    while end < bytes.count, bytes[end] != delimiter,
      bytes[end] == UInt8(ascii: " ") || bytes[end] == UInt8(ascii: "\t")
    { end += 1 }
    guard end < bytes.count else {
      position = end
      return false
    }
    guard isLineBreak(bytes[end]) else { return false }
    position = end
    skipLineBreak()
    return true
  }

  private mutating func skipLineBreak() {
    let isPair =
      bytes[position] == UInt8(ascii: "\r") && position + 1 < bytes.count
      && bytes[position + 1] == UInt8(ascii: "\n")
    position += isPair ? 2 : 1
    line += 1
  }
}
