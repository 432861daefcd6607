// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Merges as a file lists them: pairs of texts, resolved once the vocabulary is known.
///
/// Both texts of a pair lie end to end, so that what they merge into is one range.
struct MergeList {
  private var bytes: [UInt8] = []
  /// Where each pair begins and where its second text does; one more start at the end.
  private var starts: [Int] = [0]
  private var middles: [Int] = []

  /// The number of merges.
  var count: Int { middles.count }

  /// Adds a merge behind the others; its rank is its place.
  mutating func append(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) {
    bytes.append(contentsOf: left)
    middles.append(bytes.count)
    bytes.append(contentsOf: right)
    starts.append(bytes.count)
  }

  /// The merges by id.
  ///
  /// - Throws: `SPINError`, placed at `model.merges[i]`, where a text is not in the vocabulary.
  func resolved(in vocabulary: Vocabulary) throws -> MergeTable {
    var table = MergeTable(capacity: count)
    let text = bytes.span
    var previous = 0
    for index in 0..<count {
      let (start, middle, end) = (starts[index], middles[index], starts[index + 1])
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
      table.insert(left, right, MergeTable.Merge(rank: UInt32(index), id: whole))
    }
    return table
  }
}
