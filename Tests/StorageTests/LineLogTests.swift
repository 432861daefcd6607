// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage
import SPINTestSupport
import Testing

/// Lines from which interrupted work goes on: those that were cut short count for nothing, those that were changed are
/// an error.
struct LineLogTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.file("log") }
  private let lines = ["first", "", "{\"item\": 7}"].map { Array($0.utf8) }

  init() throws {
    directory = try TemporaryDirectory()
    let log = try LineLog(path: path)
    for line in lines { try log.append(line) }
  }

  @Test func linesComeBackAndGoOn() throws {
    let log = try LineLog(path: path)
    #expect(log.lines == lines)
    try log.append(Array("more".utf8))
    #expect(try LineLog(path: path).lines == lines + [Array("more".utf8)])
  }

  @Test func aLineThatWasCutShortCountsForNothing() throws {
    let bytes = try FileSystem.read(path)
    for count in 0..<bytes.count {
      try OutputFile.write(Array(bytes.prefix(count)), to: path)
      let log = try LineLog(path: path)
      #expect(log.lines == Array(lines.prefix(log.lines.count)))
      for line in lines.dropFirst(log.lines.count) { try log.append(line) }
      #expect(try FileSystem.read(path) == bytes)
    }
  }

  /// Every byte changed: an error, or a line less at the end, and never another line.
  @Test func changedBytesAreFound() throws {
    let bytes = try FileSystem.read(path)
    var errors = 0
    for place in bytes.indices {
      for change: UInt8 in [1, 2, 0x80] {
        var changed = bytes
        changed[place] ^= change
        try OutputFile.write(changed, to: path)
        do {
          let found = try LineLog(path: path).lines
          #expect(found == Array(lines.dropLast()) && place == bytes.count - 1, "byte \(place)")
        } catch let error as SPINError {
          #expect(error.code == .malformedInput)
          errors += 1
        }
      }
    }
    #expect(errors == 3 * (bytes.count - 1))
  }

  @Test func noLineGoesMissing() throws {
    let whole = try FileSystem.read(path).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    try OutputFile.write(Array((whole[..<1] + whole[2...]).joined(separator: [10])), to: path)
    #expect(throws: SPINError.self) { try LineLog(path: path) }
  }
}
