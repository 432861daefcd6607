// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors

/// The standard input stream.
public enum StandardInput {
  /// The maximum number of bytes that `readAll` reads, since a pipe might never end.
  public static let maximumByteCount = 256 << 20
  /// The maximum number of bytes of a line.
  public static let maximumLineByteCount = 16 << 20

  /// Whether standard input is a terminal.
  public static var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

  /// Reads the stream to its end.
  ///
  /// - Throws: `SPINError` with code `inputOutput` if the stream cannot be read, for example
  ///   because it is closed; with code `malformedInput` beyond `maximumByteCount`.
  public static func readAll() throws -> [UInt8] {
    var reader = Reader()
    var bytes: [UInt8] = []
    while true {
      let piece = try reader.more()
      if piece.isEmpty { return bytes }
      bytes += piece
      guard bytes.count <= maximumByteCount else {
        throw SPINError(
          .malformedInput, at: "standard input",
          "has more than \(maximumByteCount) bytes", remedy: "give a smaller input")
      }
    }
  }

  /// Lines as they arrive, without line terminators (LF or CRLF).
  public struct Lines {
    private var reader = Reader()
    private var waiting: [UInt8] = []
    private var isAtEnd = false

    /// The lines from the present position; other objects do not see what this one has read ahead.
    public init() {}

    /// The next line, with invalid UTF-8 replaced; nil at the end.
    ///
    /// - Throws: Like `readAll`; with code `malformedInput` for a line beyond
    ///   `maximumLineByteCount`.
    public mutating func next() throws -> String? {
      var searched = 0
      while true {
        if let end = waiting[searched...].firstIndex(of: UInt8(ascii: "\n")) {
          defer { waiting.removeFirst(end + 1) }
          let hasReturn = end > 0 && waiting[end - 1] == UInt8(ascii: "\r")
          return String(decoding: waiting[..<(hasReturn ? end - 1 : end)], as: UTF8.self)
        }
        if isAtEnd {
          defer { waiting = [] }
          return waiting.isEmpty ? nil : String(decoding: waiting, as: UTF8.self)
        }
        searched = waiting.count
        guard searched <= maximumLineByteCount else {
          throw SPINError(
            .malformedInput, at: "standard input",
            "has a line of more than \(maximumLineByteCount) bytes", remedy: "give shorter lines")
        }
        let piece = try reader.more()
        isAtEnd = piece.isEmpty
        waiting += piece
      }
    }
  }

  /// Reads the descriptor by system calls.
  private struct Reader {
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// The available bytes, waiting for at least one; empty at the end.
    mutating func more() throws -> ArraySlice<UInt8> {
      while true {
        let count = unsafe buffer.withUnsafeMutableBytes {
          unsafe read(STDIN_FILENO, $0.baseAddress, $0.count)
        }
        if count >= 0 { return buffer[..<count] }
        if errno == EINTR { continue }
        throw SPINError(
          .inputOutput, at: "standard input", "cannot be read (\(SPINError.reason(errno)))",
          remedy: errno == EBADF ? "it is closed: redirect a file to it, or use a pipe" : nil)
      }
    }
  }
}
