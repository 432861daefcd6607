// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// Keeps the largest scores of a matrix out of a stream of all of them.
///
/// Scores may come in any pieces, in any order, from several collectors that are merged: the result
/// is the same, because the order of selection (score descending, index ascending) is total. It
/// holds at most twice what it keeps.
public struct TopScoreCollector: Sendable {
  /// A score and its index in one number that is larger for what ranks higher: the bits of the
  /// score, mapped so that they compare as the score does, above the complement of the index.
  private typealias Key = UInt64

  private let tensor: String
  private let rows: Int
  private let columns: Int
  private let keptCount: Int
  private var keys: [Key] = []
  private var seenCount = 0
  /// The lowest key that can still be among the largest.
  private var lowestKey: Key = 0
  /// The score of `lowestKey`: what is below it needs no closer look.
  private var lowestScore = -Float.infinity

  /// Makes a collector of the `count` largest scores of a matrix.
  ///
  /// - Precondition: `count` is at least 1 and at most `rows * columns`.
  /// - Throws: `SPINError` where the matrix has more than 2^32 weights.
  public init(tensor: String, rows: Int, columns: Int, keeping count: Int) throws {
    let (size, overflows) = rows.multipliedReportingOverflow(by: columns)
    guard !overflows, size <= 1 << 32 else {
      throw SPINError(
        .unavailable, at: tensor,
        "has shape [\(rows), \(columns)], at most 2^32 weights can be ranked")
    }
    precondition((1...max(size, 1)).contains(count), "count must lie between 1 and the size")
    self.tensor = tensor
    self.rows = rows
    self.columns = columns
    keptCount = count
    keys.reserveCapacity(min(2 * count, size))
  }

  /// Offers the scores of consecutive weights, the first of which has the flat index `offset`.
  ///
  /// - Precondition: The range lies inside the matrix; every index is offered once in all.
  /// - Throws: `SPINError` that names matrix and index where a score is not a finite number.
  public mutating func add(_ scores: Span<Float>, at offset: Int) throws {
    precondition(
      offset >= 0 && offset + scores.count <= rows * columns, "scores outside the matrix")
    seenCount += scores.count
    for position in scores.indices {
      let score = scores[position]
      // Written so that not-a-number reaches the closer check.
      if score < lowestScore { continue }
      try consider(score, at: offset + position)
    }
  }

  /// Takes over what another collector of the same matrix has seen.
  ///
  /// - Precondition: Both collect for the same matrix and keep the same number.
  public mutating func merge(_ other: TopScoreCollector) {
    precondition(
      tensor == other.tensor && rows == other.rows && columns == other.columns
        && keptCount == other.keptCount, "collectors of different matrices")
    seenCount += other.seenCount
    for key in other.keys { insert(key) }
  }

  /// The largest scores by rank.
  ///
  /// - Precondition: Every score of the matrix was offered.
  public consuming func finish() -> TopScores {
    precondition(seenCount == rows * columns, "scores of the matrix are missing")
    prune()
    keys.sort(by: >)
    return TopScores(
      inOrder: keys.map { Int(~UInt32(truncatingIfNeeded: $0)) },
      values: keys.map { Self.score(of: $0) }, tensor: tensor, rows: rows, columns: columns)
  }

  private mutating func consider(_ score: Float, at index: Int) throws {
    guard score.isFinite else {
      throw SPINError(
        .malformedInput, at: tensor,
        "the score of the weight at row \(index / columns), column \(index % columns) is \(score)",
        remedy: "look for weights that are not finite with spin inspect MODEL --values")
    }
    insert(Self.key(score, index))
  }

  private mutating func insert(_ key: Key) {
    guard key >= lowestKey else { return }
    keys.append(key)
    if keys.count >= 2 * keptCount { prune() }
  }

  private mutating func prune() {
    guard keys.count >= keptCount else { return }
    LargestKeys.moveToFront(keptCount, of: &keys)
    keys.removeLast(keys.count - keptCount)
    lowestKey = keys.min() ?? 0
    lowestScore = Self.score(of: lowestKey)
  }

  private static func key(_ score: Float, _ index: Int) -> Key {
    // Adding 0 turns -0 into 0: they are equal scores.
    let bits = (score + 0).bitPattern
    let ordered = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    return Key(ordered) << 32 | Key(~UInt32(truncatingIfNeeded: index))
  }

  private static func score(of key: Key) -> Float {
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered >> 31 == 1 ? ordered & 0x7FFF_FFFF : ~ordered)
  }
}
