// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Merges as a file lists them: pairs of texts, resolved once the vocabulary is known.
///
/// Both texts of a pair are stored end to end, so that what they merge into is one range.
struct MergeList {
  private var bytes: [UInt8] = []
  /// Where the first text of each pair ends and where the second does.
  private var ends: [Int] = []

  /// An empty list that will be read from a document of a number of bytes.
  init(documentByteCount: Int) {
    // Unused capacity costs no memory; growing would.
    bytes.reserveCapacity(documentByteCount / 4)
    ends.reserveCapacity(documentByteCount / 16)
  }

  /// The number of merges.
  var count: Int { ends.count / 2 }

  /// Reads one merge in either form, `"a b"` or `["a", "b"]`; its rank is its index.
  ///
  /// Text that begins with `#version` is the heading of a `merges.txt` and no merge, in a
  /// `tokenizer.json` too: the `tokenizers` package skips it wherever merges are text.
  mutating func read(_ reader: inout JSONReader) throws {
    let index = count
    guard index < MergeTable.maximumCount else {
      throw reader.failure(
        "has more than \(MergeTable.maximumCount) merges, which is the most allowed")
    }
    if try reader.peekKind() == .string {
      let start = bytes.count
      try reader.readUTF8(appendingTo: &bytes)
      if let problem = splitText(from: start) {
        throw reader.failure("model.merges[\(index)] \(problem)")
      }
    } else {
      try reader.readStrings(appendingTo: &bytes, ends: &ends)
      guard ends.count == 2 * index + 2 else {
        throw reader.failure(
          "model.merges[\(index)] has \(ends.count - 2 * index) pieces, expected two")
      }
    }
  }

  /// Adds one merge written as text; nil, or what is wrong with it.
  mutating func append(text: ArraySlice<UInt8>) -> String? {
    let start = bytes.count
    bytes.append(contentsOf: text)
    return splitText(from: start)
  }

  /// Makes a merge of the text that `bytes` ends with, by removing the space between its pieces;
  /// nil, or what is wrong with it.
  ///
  /// No slice of `bytes` may be alive when the space is removed: the removal would copy all merges
  /// read so far, and reading would take time quadratic in their number.
  private mutating func splitText(from start: Int) -> String? {
    if Self.isHeading(bytes.span, from: start) {
      bytes.removeLast(bytes.count - start)
      return nil
    }
    guard let space = Self.onlySpace(bytes.span, from: start) else {
      return "is \(quoted(bytes[start...])), expected two pieces with one space between"
    }
    bytes.remove(at: space)
    ends.append(space)
    ends.append(bytes.count)
    return nil
  }

  private static func isHeading(_ text: Span<UInt8>, from start: Int) -> Bool {
    let heading = "#version".utf8
    return text.count - start >= heading.count
      && zip(start..., heading).allSatisfy { text[$0] == $1 }
  }

  /// The index of the one space at or after `start`, nil where there is none or more than one.
  private static func onlySpace(_ text: Span<UInt8>, from start: Int) -> Int? {
    var space: Int?
    for index in start..<text.count where text[index] == 0x20 {
      guard space == nil else { return nil }
      space = index
    }
    return space
  }

  /// The merges by id.
  ///
  /// - Parameter name: What the file calls the list, for messages.
  /// - Throws: `SPINError`, placed at `name[i]`, where a text is not in the vocabulary.
  func resolved(in vocabulary: Vocabulary, name: String = "model.merges") throws -> MergeTable {
    var table = MergeTable(capacity: count)
    let text = bytes.span
    var start = 0
    var previous = 0
    for index in 0..<count {
      let (middle, end) = (ends[2 * index], ends[2 * index + 1])
      let left = vocabulary.id(of: text, start..<middle)
      let right = vocabulary.id(of: text, middle..<end)
      // Vocabularies list what the merges make in their order, so the next id is tried first.
      let whole =
        vocabulary.isToken(previous + 1, text, start..<end)
        ? Int32(previous + 1) : vocabulary.id(of: text, start..<end)
      previous = Int(whole)
      guard left >= 0, right >= 0, whole >= 0 else {
        let missing = left < 0 ? start..<middle : right < 0 ? middle..<end : start..<end
        throw SPINError(
          .malformedInput, at: "\(name)[\(index)]",
          "merges \(quoted(bytes[start..<middle])) and \(quoted(bytes[middle..<end])), but"
            + " \(quoted(bytes[missing])) is not in the vocabulary",
          remedy: "download the file again, or restore the vocabulary that belongs to the merges")
      }
      table.append(left, right, MergeTable.Merge(rank: UInt32(index), id: whole))
      start = end
    }
    return table
  }
}
