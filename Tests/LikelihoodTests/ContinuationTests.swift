// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINExecution
import SPINLikelihood
import SPINTestSupport
import SPINTransformer
import Testing

/// Continuations of one text share its pass through the model, and their numbers do not show it.
struct ContinuationTests {
  @Test(arguments: Fixture.families)
  func sharedTextsGiveTheBitsOfWholeOnes(family: String) throws {
    let (decoder, texts) = try model(family)
    let expected = try alone(decoder, texts)
    for threads in [1, 2, 3] {
      for chunkTokens in [1, 5, 16, 1000] {
        let scorer = LikelihoodScorer(
          decoder, on: Execution(threads: threads), chunkTokens: chunkTokens)
        var found: [[SequenceLikelihood]] = []
        try scorer.score(texts) { index, likelihoods in
          #expect(index == found.count)
          found.append(likelihoods)
        }
        #expect(found == expected, "\(threads) threads, \(chunkTokens)")
      }
    }
  }

  /// A last token predicts nothing: one more than there are positions fits.
  @Test func oneTokenMoreThanThereArePositionsFits() throws {
    let (decoder, _) = try model("llama")
    let positions = decoder.configuration.maxPositionEmbeddings
    let context = (0..<positions - 1).map { Int32($0 % 7) }
    let scorer = LikelihoodScorer(decoder, on: Execution(threads: 2))
    var count = 0
    try scorer.score([TokenContinuations(context: context, continuations: [[3, 4], [5]])]) {
      _, likelihoods in count = likelihoods.flatMap(\.logProbabilities).count
    }
    #expect(count == 3)
    let error = try #require(throws: SPINError.self) {
      try scorer.score([TokenContinuations(context: context, continuations: [[3, 4, 5]])]) { _, _ in
      }
    }
    #expect(
      error.description
        == "text 0: has \(positions + 1) tokens, the model has \(positions) positions")
  }

  @Test func wrongTokensAreSaidWhereverTheyStand() throws {
    let (decoder, _) = try model("llama")
    let scorer = LikelihoodScorer(decoder, on: Execution(threads: 1))
    for text in [
      TokenContinuations(context: [9999, 1], continuations: [[1]]),
      TokenContinuations(context: [1], continuations: [[9999, 1]]),
      TokenContinuations(context: [1], continuations: [[1], [1, 9999]]),
    ] {
      let error = try #require(throws: SPINError.self) { try scorer.score([text]) { _, _ in } }
      #expect(error.description.contains("holds the token 9999"))
    }
  }

  /// Each continuation behind a text of its own.
  private func alone(
    _ decoder: Decoder, _ texts: [TokenContinuations]
  ) throws -> [[SequenceLikelihood]] {
    try texts.map { text in
      var found: [SequenceLikelihood] = []
      let sequences = text.continuations.map { continuation in
        let tokens = text.context + continuation
        return TokenSequence(tokens: tokens, scored: text.context.count..<tokens.count)
      }
      try LikelihoodScorer(decoder, on: Execution(threads: 1), chunkTokens: 1).score(sequences) {
        _, likelihood in
        found.append(likelihood)
      }
      return found
    }
  }

  /// Texts of the pinned samples with continuations of 1 to 9 tokens, some of one token only.
  private func model(_ family: String) throws -> (Decoder, [TokenContinuations]) {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let samples = try fixture.samples("privacy").map(\.tokens).filter { $0.count > 4 }
    let texts = samples.enumerated().map { index, tokens in
      let length = max(1, tokens.count / 2)
      let lengths = index % 3 == 0 ? [1, 1, 1, 1] : [1 + index % 9, 3, 1]
      return TokenContinuations(
        context: Array(tokens.prefix(length)),
        continuations: lengths.enumerated().map { place, count in
          (0..<count).map { tokens[($0 * 3 + place) % tokens.count] }
        })
    }
    return (decoder, texts)
  }
}
