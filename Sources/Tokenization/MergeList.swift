// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Merges as a file lists them: pairs of texts, resolved once the vocabulary is known.
///
/// Both texts of a pair lie end to end, so that what they merge into is one range.
struct MergeList {
  private var bytes: [UInt8] = []
  /// Where the first text of each pair ends and where the second does.
  private var ends: [Int] = []

  /// An empty list that will be read from a document of so many bytes.
  init(documentByteCount: Int) {
    // Room that is not used costs no memory; growing would.
    bytes.reserveCapacity(documentByteCount / 4)
    ends.reserveCapacity(documentByteCount / 16)
  }

  /// The number of merges.
  var count: Int { ends.count / 2 }

  /// Reads one merge in either form, `"a b"` or `["a", "b"]`; its rank is its place.
  mutating func read(_ reader: inout JSONReader) throws {
    let index = count
    let start = bytes.count
    guard index < MergeTable.maximumCount else {
      throw reader.failure(
        "has more than \(MergeTable.maximumCount) merges, which is the most allowed")
    }
    if try reader.peekKind() == .string {
      try reader.readUTF8(appendingTo: &bytes)
      let both = bytes[start...]
      guard let space = both.firstIndex(of: 0x20), !both[(space + 1)...].contains(0x20) else {
        throw reader.failure(
          "model.merges[\(index)] is \(quoted(both)), expected two pieces with one space between")
      }
      bytes.remove(at: space)
      ends.append(space)
      ends.append(bytes.count)
    } else {
      try reader.readStrings(appendingTo: &bytes, ends: &ends)
      guard ends.count == 2 * index + 2 else {
        throw reader.failure(
          "model.merges[\(index)] has \(ends.count - 2 * index) pieces, expected two")
      }
    }
  }

  /// The merges by id.
  ///
  /// - Throws: `SPINError`, placed at `model.merges[i]`, where a text is not in the vocabulary.
  func resolved(in vocabulary: Vocabulary) throws -> MergeTable {
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
          .malformedInput, at: "model.merges[\(index)]",
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
