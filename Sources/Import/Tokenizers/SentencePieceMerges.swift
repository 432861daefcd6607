// SPDX-License-Identifier: Apache-2.0

/// The merges that a SentencePiece BPE vocabulary implies.
///
/// Each way to cut a token in two others is a merge; higher scores merge first, then longer left
/// parts.
///
/// - Source: `generate_merges` of transformers (`tokenization_utils_base.py`).
struct SentencePieceMerges {
  /// A merge of two parts that are `token` end to end.
  struct Merge {
    let token: Int
    /// Where the left part ends, in bytes.
    let middle: Int
  }

  let tokens: [[UInt8]]
  let merges: [Merge]

  /// - Parameters:
  ///   - tokens: The vocabulary.
  ///   - scores: A score a token.
  ///   - isMerged: Whether a token takes part: only normal ones do.
  init(tokens: [[UInt8]], scores: [Float], isMerged: (Int) -> Bool) {
    var ids: [ArraySlice<UInt8>: Int] = [:]
    ids.reserveCapacity(tokens.count)
    for (id, token) in tokens.enumerated() where isMerged(id) { ids[token[...]] = id }
    var found: [(merge: Merge, left: Int, right: Int, length: (Int, Int))] = []
    for (id, token) in tokens.enumerated() where isMerged(id) {
      for middle in 1..<max(token.count, 1) where token[middle] & 0xC0 != 0x80 {
        guard let left = ids[token[..<middle]], let right = ids[token[middle...]] else { continue }
        let length = (Self.scalarCount(token[..<middle]), Self.scalarCount(token[middle...]))
        found.append((Merge(token: id, middle: middle), left, right, length))
      }
    }
    self.tokens = tokens
    // Python sorts stably: within a token by the ids of the parts, tokens in order.
    merges = found.sorted { one, other in
      let (first, second) = (one.merge.token, other.merge.token)
      if scores[first] != scores[second] { return scores[first] > scores[second] }
      if one.length.0 != other.length.0 { return one.length.0 > other.length.0 }
      if one.length.1 != other.length.1 { return one.length.1 > other.length.1 }
      return (first, one.left, one.right) < (second, other.left, other.right)
    }.map(\.merge)
  }

  private static func scalarCount(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.count { $0 & 0xC0 != 0x80 }
  }
}
