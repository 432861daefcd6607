// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINExecution
import SPINKernels
import SPINLikelihood
import SPINTestSupport
import SPINTransformer
import Testing

/// What a model expects next, against its logits.
struct NextTokenTests {
  private let decoder: Decoder
  private let sequences: [[Int32]]
  private let tokens: [Int32] = [0, 5, 2, 5]

  init() throws {
    let fixture = try Fixture(family: "mistral")
    decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    sequences = try fixture.samples("privacy").map(\.tokens).filter { !$0.isEmpty } + [[3]]
  }

  private func nextTokens(
    _ sequences: [[Int32]], threads: Int, chunkTokens: Int
  ) throws -> [NextToken] {
    var found: [NextToken] = []
    try LikelihoodScorer(decoder, on: Execution(threads: threads), chunkTokens: chunkTokens)
      .nextTokens(after: sequences, probabilitiesOf: tokens) { index, next in
        #expect(index == found.count)
        found.append(next)
      }
    return found
  }

  @Test func probabilitiesAreThoseOfTheLogits() throws {
    let found = try nextTokens(sequences, threads: 2, chunkTokens: 40)
    #expect(found.count == sequences.count)
    for (sequence, next) in zip(sequences, found) {
      let logits = decoder.logits(of: sequence, on: CPUDevice(threadCount: 1))
        .rows(sequence.count - 1..<sequence.count).values.map(Double.init)
      let largest = try #require(logits.max())
      let total = logits.reduce(0) { $0 + exp($1 - largest) }
      for (token, probability) in zip(tokens, next.probabilities) {
        let expected = exp(logits[Int(token)] - largest) / total
        // Exponentials are added in Float32.
        #expect(abs(probability - expected) < 1e-6 * max(expected, 1e-3))
      }
      #expect(next.mostProbable == Int32(logits.firstIndex(of: largest) ?? -1))
    }
  }

  @Test func nothingDependsOnThreadsChunksOrNeighbours() throws {
    let expected = try nextTokens(sequences, threads: 1, chunkTokens: 1)
    for (threads, chunkTokens) in [(2, 16), (3, 64), (2, 4096)] {
      #expect(
        try nextTokens(sequences, threads: threads, chunkTokens: chunkTokens) == expected)
    }
    let backwards = try nextTokens(sequences.reversed(), threads: 2, chunkTokens: 64)
    #expect(Array(backwards.reversed()) == expected)
  }

  /// Texts that begin alike pass as one trunk with branches; some are nothing but the trunk.
  @Test func aSharedBeginningChangesNoNumber() throws {
    let trunk = Array((sequences.flatMap(\.self) + sequences[0]).prefix(40))
    let texts = [[7, 3], [], [5], [9, 4, 2], []].map { trunk + $0 }
    let alone = try texts.flatMap { try nextTokens([$0], threads: 1, chunkTokens: 1) }
    #expect(try nextTokens(texts, threads: 2, chunkTokens: 400) == alone)
    #expect(alone[1] == alone[4] && alone[0] != alone[1])
  }
}
