// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// The merges as listed in a file: pairs of texts, resolved to ids once the vocabulary is known.
///
/// The two texts of a pair are stored contiguously, so that the merged text is one range.
struct MergeList {
  private var bytes: [UInt8] = []
  /// The end offsets of the first and the second text of each pair.
  private var ends: [Int] = []

  /// An empty list with capacity for a document of a given size.
  init(documentByteCount: Int) {
    // Reserved capacity costs no memory until it is used; growing the arrays would.
    bytes.reserveCapacity(documentByteCount / 4)
    ends.reserveCapacity(documentByteCount / 16)
  }

  /// The number of merges.
  var count: Int { ends.count / 2 }

  /// Reads one merge, in the form `"a b"` or `["a", "b"]`; its rank is its index.
  ///
  /// A text that begins with `#version` is a heading of `merges.txt`, not a merge. It is skipped in
  /// a `tokenizer.json`, too, as by the `tokenizers` package wherever merges are texts.
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

  /// Adds a merge written as text; returns what is wrong with it, or nil.
  mutating func append(text: ArraySlice<UInt8>) -> String? {
    let start = bytes.count
    bytes.append(contentsOf: text)
    return splitText(from: start)
  }

  /// Turns the text at the end of `bytes` into a merge by removing the space between its pieces;
  /// returns what is wrong with it, or nil.
  ///
  /// No slice of `bytes` may be alive when the space is removed. Otherwise each removal would copy
  /// all merges read so far, and reading would take quadratic time.
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

  /// The index of the only space at or after `start`; nil if there is none or more than one.
  private static func onlySpace(_ text: Span<UInt8>, from start: Int) -> Int? {
    var space: Int?
    for index in start..<text.count where text[index] == 0x20 {
      guard space == nil else { return nil }
      space = index
    }
    return space
  }

  /// The table of merges by id.
  ///
  /// - Parameters:
  ///   - vocabulary: The vocabulary of the same file.
  ///   - name: The name of the list in the file, for messages.
  /// - Throws: `SPINError` located at `name[i]` if a text is not in the vocabulary.
  func resolved(in vocabulary: Vocabulary, name: String = "model.merges") throws -> MergeTable {
    var table = MergeTable(capacity: count)
    let text = bytes.span
    var start = 0
    var previous = 0
    for index in 0..<count {
      let (middle, end) = (ends[2 * index], ends[2 * index + 1])
      let left = vocabulary.id(of: text, start..<middle)
      let right = vocabulary.id(of: text, middle..<end)
      // Vocabularies usually list the results of merges in order, so the next id is tried first.
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
