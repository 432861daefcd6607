// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINGeneration
import SPINKernels
import SPINTestSupport
import SPINTransformer
import Testing

/// Token by token over a cache gives what the whole sequence at once gives.
///
/// Tolerance: both are within 2e-5 of float64 (`DecoderTests`), so within 4e-5 of each other.
struct DecodingBatchTests {
  @Test(arguments: Fixture.families) func stepsMatchTheWholeSequence(family: String) throws {
    let (decoder, sequences) = try model(family)
    let device = CPUDevice(threadCount: 2)
    for tokens in sequences {
      let expected = decoder.logits(of: tokens, on: device)
      var batch = DecodingBatch(
        decoder, sequenceCount: 1, promptTokens: tokens.count, positionCount: tokens.count,
        on: device)
      var found = try batch.start([(identifier: 0, tokens: Array(tokens[..<2]))]).values
      for position in 2...tokens.count {
        let row = expected.rows(position - 1 - 0..<position).values
        let scale = Double(row.map(\.magnitude).max() ?? 1)
        for (found, expected) in zip(found, row) {
          #expect(Double((found - expected).magnitude) < 4e-5 * scale, "position \(position)")
        }
        guard position < tokens.count else { break }
        found = try batch.step([tokens[position]]).values
      }
    }
  }

  @Test(arguments: Fixture.families) func aSequenceDoesNotDependOnTheOthers(family: String) throws {
    let (decoder, sequences) = try model(family)
    let longest = sequences.map(\.count).max() ?? 0
    /// The logits of every position from the second on, alone.
    func alone(_ tokens: [Int32]) throws -> [[Float]] {
      var batch = DecodingBatch(
        decoder, sequenceCount: 1, promptTokens: longest, positionCount: longest,
        on: CPUDevice(threadCount: 1))
      var rows = try [batch.start([(identifier: 0, tokens: Array(tokens[..<2]))]).values]
      for token in tokens[2...] { try rows.append(batch.step([token]).values) }
      return rows
    }
    let expected = try sequences.map(alone)
    for threads in [1, 3] {
      var batch = DecodingBatch(
        decoder, sequenceCount: sequences.count, promptTokens: 2 * sequences.count,
        positionCount: longest, on: CPUDevice(threadCount: threads))
      // The last sequence comes a step later, and each leaves when it ends.
      let late = sequences.count - 1
      var logits = try batch.start(
        (0..<late).map { (identifier: $0, tokens: Array(sequences[$0][..<2])) })
      for row in 0..<late { #expect(logits.rows(row..<row + 1).values == expected[row][0]) }
      var places = [Int](repeating: 2, count: sequences.count)
      var hasLateBegun = false
      while true {
        let ended = batch.identifiers.indices.filter {
          places[batch.identifiers[$0]] == sequences[batch.identifiers[$0]].count
        }
        batch.remove(ended)
        guard !batch.identifiers.isEmpty else { break }
        logits = try batch.step(batch.identifiers.map { sequences[$0][places[$0]] })
        for (row, sequence) in batch.identifiers.enumerated() {
          places[sequence] += 1
          #expect(
            logits.rows(row..<row + 1).values == expected[sequence][places[sequence] - 2],
            "\(threads) threads, sequence \(sequence), position \(places[sequence])")
        }
        if !hasLateBegun {
          hasLateBegun = true
          let first = try batch.start([(identifier: late, tokens: Array(sequences[late][..<2]))])
          #expect(first.values == expected[late][0])
        }
      }
    }
  }

  /// Prompts that begin alike pass once; two are nothing but that beginning, the first and one
  /// between others, and two are equal.
  @Test(arguments: Fixture.families) func aSharedBeginningChangesNoNumber(family: String) throws {
    let (decoder, sequences) = try model(family)
    let trunk = Array((sequences.flatMap(\.self) + sequences[0]).prefix(9))
    let ends = sequences.map { Array($0.suffix(3)) }
    let prompts = ([[]] + ends.prefix(2) + [[]] + ends.dropFirst(2) + ends.prefix(1))
      .enumerated().map { (identifier: $0, tokens: trunk + $1) }
    func rows(trunk: Int, threads: Int) throws -> [[Float]] {
      var batch = DecodingBatch(
        decoder, sequenceCount: prompts.count,
        promptTokens: prompts.reduce(0) { $0 + $1.tokens.count }, positionCount: 20,
        on: CPUDevice(threadCount: threads))
      var rows = try [batch.start(prompts, trunk: trunk).values]
      for token in sequences[0].prefix(3) {
        try rows.append(batch.step(prompts.map { _ in token }).values)
      }
      return rows
    }
    let expected = try rows(trunk: 0, threads: 1)
    for (trunk, threads) in [(9, 1), (9, 3), (8, 2), (1, 2)] {
      #expect(try rows(trunk: trunk, threads: threads) == expected, "trunk \(trunk)")
    }
  }

  /// A pinned model and some of its token sequences, each of at least three tokens.
  private func model(_ family: String) throws -> (Decoder, [[Int32]]) {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let sets = Set(fixture.names.compactMap { $0.hasSuffix("/tokens") ? $0.dropLast(7) : nil })
    let sequences = try sets.sorted().flatMap { try fixture.samples(String($0)) }.map(\.tokens)
      .filter { $0.count > 2 }.prefix(5)
    return (decoder, Array(sequences))
  }
}
