// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// `awareness-NAME-SIDE.jsonl`: a model's answers, with the judge's verdicts.
///
/// Only verdicts are stored in memory; texts are read on request.
struct AnswerList {
  /// A line of the file.
  struct Item {
    let index: Int
    let question, answer: String
    /// "safe", "unsafe" or "invalid", whatever the judge's files call it.
    let verdict: String
    /// Whether the question occurs in the data with which the edit was made.
    let standsInData: Bool
  }

  let path: String
  /// The verdicts by the index of the question, without questions that occur in other data.
  let verdicts: [Int: String]
  private let file: MappedFile
  private let lines: [Int: Range<Int>]

  /// Reads a file; nil if there is none.
  ///
  /// - Throws: `SPINError` that names the file, the line and the key.
  init?(path: String) throws {
    guard FileSystem.status(path) != nil else { return nil }
    let file = try MappedFile(path: path)
    var verdicts: [Int: String] = [:]
    var lines: [Int: Range<Int>] = [:]
    for (number, range) in Self.lines(of: file).enumerated() {
      let item = try Self.item(file, range, line: number + 1)
      // Rates leave such questions out, so the counts of answers do too.
      guard !item.standsInData else { continue }
      guard verdicts.updateValue(item.verdict, forKey: item.index) == nil else {
        throw SPINError(
          .malformedInput, at: "\(path): line \(number + 1)", "repeats the index \(item.index)")
      }
      lines[item.index] = range
    }
    self.path = path
    self.file = file
    self.verdicts = verdicts
    self.lines = lines
  }

  /// The line of a question; nil if it is absent or left out.
  func item(_ index: Int) throws -> Item? {
    guard let range = lines[index] else { return nil }
    return try Self.item(file, range, line: nil)
  }

  private static func item(_ file: MappedFile, _ range: Range<Int>, line: Int?) throws -> Item {
    let place = line.map { "\(file.path): line \($0)" } ?? file.path
    let object = try JSON(parsing: file.bytes(range), path: place).requireObject(at: place)
    let name: String = try object.required("verdict")
    guard let verdict = VerdictWords.verdict(named: name) else {
      throw object.failure("verdict", "is \"\(name)\", expected safe, unsafe or invalid")
    }
    return Item(
      index: try object.required("index"), question: try object.required("question"),
      answer: try object.required("answer"), verdict: verdict,
      standsInData: try object.optional("in_data", as: String.self) != nil)
  }

  /// The byte ranges of the lines that are not empty, without their line breaks.
  private static func lines(of file: MappedFile) -> [Range<Int>] {
    file.withBytes { bytes in
      var lines: [Range<Int>] = []
      var start = 0
      for end in 0...bytes.byteCount {
        guard end == bytes.byteCount || bytes.byte(at: end) == UInt8(ascii: "\n") else { continue }
        if end > start { lines.append(start..<end) }
        start = end + 1
      }
      return lines
    }
  }
}
