// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINExecution
import SPINKernels
import SPINLikelihood
import SPINTestSupport
import SPINTransformer
import Testing

/// Likelihoods and hidden states of a decoder with interventions.
struct InterventionLikelihoodTests {
  private let decoder: Decoder
  private let texts: [[Int32]]
  private let device = CPUDevice(threadCount: 1)

  init() throws {
    let fixture = try Fixture(family: "mistral")
    let plain = try Decoder(directory: ModelDirectory(path: fixture.path))
    decoder = plain.adding(
      try .made(layers: [0, 2], positions: "f2+l3", size: plain.configuration.hiddenSize))
    texts = try fixture.samples("general").map(\.tokens)
  }

  /// The logarithm of each token's probability, where `promptLength` tokens are prompt.
  private func likelihood(_ tokens: [Int32], _ scored: Range<Int>, promptLength: Int?) -> [Double] {
    let logits = decoder.logits(of: tokens, promptLength: promptLength, on: device)
    let losses = device.crossEntropy(
      logits.rows(0..<tokens.count - 1), targets: Array(tokens.dropFirst()))
    return losses[scored.lowerBound - 1..<scored.upperBound - 1].map { -$0 }
  }

  @Test func aTextWithoutAPromptIsOneAsAWhole() throws {
    for (threads, chunkTokens) in [(1, 1), (2, 30), (3, 4096)] {
      try LikelihoodScorer(decoder, on: Execution(threads: threads), chunkTokens: chunkTokens)
        .score(
          texts.map { TokenSequence(tokens: $0, scored: 1..<$0.count) }
        ) { index, found in
          let tokens = texts[index]
          #expect(
            found.logProbabilities == likelihood(tokens, 1..<tokens.count, promptLength: nil))
        }
    }
  }

  @Test func theContextOfContinuationsIsThePrompt() throws {
    let items = texts.map { text in
      TokenContinuations(
        context: Array(text.prefix(4)),
        continuations: [Array(text.dropFirst(4)), [3], [7, 8, 9]].filter { !$0.isEmpty })
    }
    for (threads, chunkTokens) in [(1, 1), (2, 40), (3, 4096)] {
      try LikelihoodScorer(decoder, on: Execution(threads: threads), chunkTokens: chunkTokens)
        .score(items) {
          index, found in
          for (continuation, found) in zip(items[index].continuations, found) {
            let context = items[index].context
            let whole = context + continuation
            #expect(
              found.logProbabilities
                == likelihood(whole, context.count..<whole.count, promptLength: context.count))
          }
        }
    }
  }

  /// Texts of unequal lengths that begin alike do not share what is changed differently.
  @Test func nextTokensDoNotDependOnNeighbors() throws {
    let trunk = (0..<36).map { Int32(3 + $0) }
    let texts = [[9], [9, 8, 7], [6], [], [5, 4, 3, 2], [1, 0, 3, 4]].map { trunk + $0 }
    func found(_ texts: [[Int32]], threads: Int, chunkTokens: Int) throws -> [NextToken] {
      var found: [NextToken] = []
      try LikelihoodScorer(decoder, on: Execution(threads: threads), chunkTokens: chunkTokens)
        .nextTokens(after: texts, probabilitiesOf: [0, 5, 9]) { found.append($1) }
      return found
    }
    let expected = try texts.flatMap { try found([$0], threads: 1, chunkTokens: 1) }
    for (threads, chunkTokens) in [(1, 64), (2, 4096)] {
      #expect(try found(texts, threads: threads, chunkTokens: chunkTokens) == expected)
    }
    for (text, next) in zip(texts, expected) {
      let last = decoder.logits(of: text, on: device).rows(text.count - 1..<text.count)
      #expect(next.mostProbable == device.largestIndices(of: last)[0].map(Int32.init))
    }
  }

  @Test func hiddenStatesAreThoseOfEachTextAlone() throws {
    var layer = 0
    try HiddenStateReader(decoder, on: Execution(threads: 2), chunkTokens: 40).read(texts) {
      states in
      for (index, tokens) in texts.enumerated() {
        let alone = decoder.hiddenStates(of: tokens, depth: layer + 1, on: device)
        #expect(
          states.last[index] == doubles(alone.rows(tokens.count - 1..<tokens.count).values))
      }
      layer += 1
    }
    #expect(layer == decoder.configuration.layerCount)
  }
}
