// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINExecution
import SPINKernels
import SPINLikelihood
import SPINTestSupport
import SPINTransformer
import Testing

struct LikelihoodScorerTests {
  @Test(arguments: Fixture.families) func likelihoodsAreThoseOfTheLogits(family: String) throws {
    let (decoder, sequences) = try model(family)
    let found = try scores(decoder, sequences, threads: 2, chunkTokens: 40)
    let device = CPUDevice(threadCount: 1)
    for (sequence, likelihood) in zip(sequences, found) {
      let logits = decoder.logits(of: sequence.tokens, on: device)
      for (place, position) in sequence.scored.enumerated() {
        let row = logits.rows(position - 1..<position)
        let target = sequence.tokens[position]
        // The same logits, bit for bit: rows do not depend on what stands beside them.
        #expect(
          likelihood.logProbabilities[place] == -device.crossEntropy(row, targets: [target])[0])
        #expect(
          likelihood.isGreedy[place] == (device.largestIndices(of: row) == [Int(target)]))
      }
    }
  }

  @Test func nothingDependsOnThreadsChunksOrNeighbours() throws {
    let (decoder, sequences) = try model("qwen3")
    let expected = try scores(decoder, sequences, threads: 1, chunkTokens: 1)
    for threads in [1, 2, 3] {
      for chunkTokens in [1, 17, 64, 4096] {
        let found = try scores(decoder, sequences, threads: threads, chunkTokens: chunkTokens)
        #expect(found == expected, "\(threads) threads, \(chunkTokens)")
      }
    }
    let backwards = try scores(decoder, sequences.reversed(), threads: 2, chunkTokens: 64)
    #expect(Array(backwards.reversed()) == expected)
  }

  @Test func anEmptyEditMovesNothing() throws {
    let (decoder, sequences) = try model("llama")
    var count = 0
    try LikelihoodScorer(decoder, on: Execution(threads: 2)).divergence(
      sequences.map(\.tokens), to: decoder
    ) { index, divergences in
      #expect(divergences.count == sequences[index].tokens.count - 1)
      #expect(divergences.allSatisfy { $0 == 0 })
      count += 1
    }
    #expect(count == sequences.count)
  }

  /// Likelihoods, hidden states and divergences on a device whose memory the program cannot touch.
  @Test(arguments: Fixture.families) func anotherDeviceChangesNoBit(family: String) throws {
    let (decoder, sequences) = try model(family)
    let texts = sequences.map(\.tokens)
    let size = decoder.configuration.hiddenSize
    let edited = decoder.adding(try .made(layers: [0], positions: "f2+l1", size: size))
    func found(on device: any DeviceKind) throws -> (
      [SequenceLikelihood], [HiddenStates], [[Double]]
    ) {
      let execution = Execution(on: device)
      var found: ([SequenceLikelihood], [HiddenStates], [[Double]]) = ([], [], [])
      let scorer = LikelihoodScorer(decoder, on: execution, chunkTokens: 64)
      try scorer.score(sequences) { found.0.append($1) }
      try HiddenStateReader(edited, on: execution, chunkTokens: 64).read(texts) {
        found.1.append($0)
      }
      try scorer.divergence(texts, to: edited) { found.2.append($1) }
      return found
    }
    let (here, there) = (try found(on: CPU(threads: 1)), try found(on: DistantDevice.Kind()))
    #expect(here.0 == there.0 && here.1 == there.1 && here.2 == there.2)
    #expect(here.2.joined().contains { $0 > 0 })
  }

  @Test func divergencesAreThoseOfTheDefinition() {
    let p = MatrixView([0, 1, 2, -3, -3, -3], rows: 2, columns: 3)
    let q = MatrixView([1, 0, 2, 7, 7, 7], rows: 2, columns: 3)
    let found = CPUDevice(threadCount: 2).divergences(of: p, from: q)
    // p = (.0900, .2447, .6652): .0900 * (-1) + .2447 * 1 with equal normalizers.
    #expect(abs(found[0] - 0.154_70) < 1e-5)
    // Equal distributions from different logits: 0 up to rounding of the normalizers (3 and 7 of ~1e-16).
    #expect(abs(found[1]) < 1e-14)
  }

  @Test func whatCannotBeScoredIsSaid() throws {
    let (decoder, _) = try model("llama")
    let positions = decoder.configuration.maxPositionEmbeddings
    for (tokens, message) in [
      (
        [Int32](repeating: 1, count: positions + 1),
        "text 0: has \(positions + 1) tokens, the model has \(positions) positions"
      ),
      (
        [1, 9999],
        "text 0: holds the token 9999, the model has \(decoder.configuration.vocabularySize); "
          + "check that the tokenizer belongs to the model"
      ),
    ] {
      do {
        _ = try scores(
          decoder, [.init(tokens: tokens, scored: 1..<2)], threads: 1, chunkTokens: 8)
        Issue.record("nothing was thrown")
      } catch { #expect("\(error)" == message) }
    }
  }

  private func scores(
    _ decoder: Decoder, _ sequences: [TokenSequence], threads: Int, chunkTokens: Int
  ) throws -> [SequenceLikelihood] {
    var found: [SequenceLikelihood] = []
    try LikelihoodScorer(decoder, on: Execution(threads: threads), chunkTokens: chunkTokens).score(
      sequences
    ) {
      index, likelihood in
      #expect(index == found.count)
      found.append(likelihood)
    }
    return found
  }

  private func model(_ family: String) throws -> (Decoder, [TokenSequence]) {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let sets = Set(fixture.names.compactMap { $0.hasSuffix("/tokens") ? $0.dropLast(7) : nil })
    let samples = try sets.sorted().flatMap { try fixture.samples(String($0)) }
    return (
      decoder,
      samples.map {
        TokenSequence(tokens: $0.tokens, scored: max(1, $0.promptCount)..<$0.tokens.count)
      }
    )
  }
}
