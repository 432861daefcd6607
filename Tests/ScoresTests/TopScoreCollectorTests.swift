// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINScores
import SPINTestSupport
import Testing

@Suite struct TopScoreCollectorTests {
  /// Sorts everything: the definition.
  static func sorted(_ scores: [Float], _ count: Int) -> [Int] {
    Array(
      scores.indices.sorted {
        scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1)
      }.prefix(count))
  }

  static func collected(_ scores: [Float], rows: Int, keeping count: Int) throws -> TopScores {
    var collector = try TopScoreCollector(
      tensor: "m", rows: rows, columns: scores.count / rows, keeping: count)
    try collector.add(scores.span, at: 0)
    return collector.finish()
  }

  /// Few distinct values, so that ties are everywhere; zeros of both signs and negative numbers.
  static func tiedScores(_ count: Int, _ generator: inout SeededGenerator) -> [Float] {
    let levels: [Float] = [0, -0.0, 0.25, 1, Float(1).nextUp, -1, 3e38, .leastNonzeroMagnitude]
    let used = Int.random(in: 1...levels.count, using: &generator)
    return (0..<count).map { _ in levels[Int.random(in: 0..<used, using: &generator)] }
  }

  @Test(arguments: 0..<60)
  func theLargestScoresAreThoseOfASort(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let rows = Int.random(in: 1...12, using: &generator)
    let size = rows * Int.random(in: 1...40, using: &generator)
    let scores =
      seed % 2 == 0 ? Self.tiedScores(size, &generator) : generator.floats(size)
    let count = Int.random(in: 1...size, using: &generator)
    let found = try Self.collected(scores, rows: rows, keeping: count)
    #expect(found.indices == Self.sorted(scores, count))
    #expect(found.values == found.indices.map { scores[$0] })
    #expect(found.isComplete == (count == size))
  }

  @Test(arguments: 0..<40)
  func piecesOrderAndMergingDoNotMatter(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let columns = Int.random(in: 1...30, using: &generator)
    let rows = Int.random(in: 1...30, using: &generator)
    let scores = Self.tiedScores(rows * columns, &generator)
    let count = Int.random(in: 1...scores.count, using: &generator)
    let whole = try Self.collected(scores, rows: rows, keeping: count)

    let cuts = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
      Int.random(in: 0...scores.count, using: &generator)
    }
    let bounds = ([0, scores.count] + cuts).sorted()
    let pieces = zip(bounds, bounds.dropFirst()).map { $0..<$1 }.shuffled(using: &generator)
    let workers = Int.random(in: 1...4, using: &generator)
    var collectors = try (0..<workers).map { _ in
      try TopScoreCollector(tensor: "m", rows: rows, columns: columns, keeping: count)
    }
    for (index, piece) in pieces.enumerated() {
      let part = Array(scores[piece])
      try collectors[index % workers].add(part.span, at: piece.lowerBound)
    }
    var merged = collectors.removeFirst()
    for collector in collectors { merged.merge(collector) }
    #expect(merged.finish() == whole)
  }

  @Test func risingScoresReplaceAllThatWasKept() throws {
    let scores = (0..<10_000).map { Float($0) }
    let found = try Self.collected(scores, rows: 100, keeping: 3)
    #expect(found.indices == [9999, 9998, 9997])
  }

  @Test(arguments: [Float.nan, -.nan, .infinity])
  func aScoreThatIsNoFiniteNumberNamesMatrixAndPlace(score: Float) throws {
    // Large scores come first, so that the threshold is already high.
    var scores = [Float](repeating: 5, count: 40)
    scores[33] = score
    #expect {
      _ = try Self.collected(scores, rows: 4, keeping: 2)
    } throws: { error in
      "\(error)".hasPrefix("m: the score of the weight at row 3, column 3 is \(score)")
    }
  }

  @Test func matricesBeyondTheIndexAreRefused() {
    #expect(throws: SPINError.self) {
      _ = try TopScoreCollector(tensor: "m", rows: 1 << 17, columns: 1 << 16, keeping: 1)
    }
  }
}
