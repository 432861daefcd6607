// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINTransformer

/// Ways in which a text can go on.
public struct TokenContinuations: Sendable {
  /// The text; at least one token.
  public let context: [Int32]
  /// What may follow; each at least one token.
  public let continuations: [[Int32]]

  /// A text and its continuations.
  public init(context: [Int32], continuations: [[Int32]]) {
    precondition(!context.isEmpty, "context is empty: nothing predicts the first token")
    precondition(
      !continuations.isEmpty && continuations.allSatisfy { !$0.isEmpty }, "continuation is empty")
    self.context = context
    self.continuations = continuations
  }
}

extension LikelihoodScorer {
  /// Scores the continuations of texts; a text passes through the model once, however many there are.
  ///
  /// The results are those of `score` for each text with its continuation, to the bit, unless the
  /// decoder has interventions: here the text is the prompt, there all of it. The last token
  /// of a continuation predicts nothing and does not pass through the model, so context and
  /// continuation together may have one token more than the model has positions.
  ///
  /// - Parameters:
  ///   - texts: Texts with their continuations.
  ///   - shouldStop: As for `score`.
  ///   - onFinish: Told of the likelihoods of a text's continuations, in order.
  /// - Throws: As `score`.
  public func score(
    _ texts: [TokenContinuations], shouldStop: () -> Bool = { false },
    onFinish: (_ index: Int, _ likelihoods: [SequenceLikelihood]) throws -> Void
  ) throws {
    try TokenSequence.check(
      texts.flatMap { text in text.continuations.map { text.context + $0.dropLast() } },
      for: decoder.configuration)
    try checkTargets(texts)
    // Whole texts lie in memory for the attention, so a text with many branches is cut.
    let trees = texts.enumerated().flatMap { index, text in
      Self.trees(of: text, index: index, limit: 4 * chunkTokens)
    }
    let lengths = trees.map(\.rowCount)
    guard let largest = lengths.max(), let longest = trees.map(\.longest).max() else { return }
    let forward = PackedForward(
      decoder, tokens: max(largest, min(chunkTokens, lengths.reduce(0, +))), longest: longest,
      on: device)
    var finished: [SequenceLikelihood] = []
    for chunk in SequenceChunks.ranges(lengths, limit: chunkTokens) {
      let found = try unlessStopped(shouldStop) { try score(trees[chunk], forward) }
      for (tree, likelihoods) in zip(trees[chunk], found) {
        finished += likelihoods
        guard finished.count == texts[tree.index].continuations.count else { continue }
        try onFinish(tree.index, finished)
        finished = []
      }
    }
  }

  private func score(
    _ trees: ArraySlice<Tree>, _ forward: PackedForward
  ) throws -> [[SequenceLikelihood]] {
    var (contexts, begin): ([Range<Int>], Int) = ([], 0)
    for tree in trees {
      contexts.append(begin..<begin + tree.context.count)
      begin += tree.rowCount
    }
    let hidden = try forward.run(
      trees.flatMap(\.tokens),
      rows: BranchedRows(
        trees.map { ($0.context.count, $0.continuations.map { $0.count - 1 }) }),
      prompts: { [contexts] in InterventionRows($0, prompts: contexts) })
    var (rows, targets, start) = ([Int](), [Int32](), 0)
    for tree in trees {
      var branch = start + tree.context.count
      for continuation in tree.continuations {
        // The end of the context predicts the first token, each token the next one.
        rows.append(start + tree.context.count - 1)
        rows += branch..<branch + continuation.count - 1
        targets += continuation
        branch += continuation.count - 1
      }
      start += tree.rowCount
    }
    var results = try predictions(hidden, rows, targets)[...]
    return trees.map { tree in
      tree.continuations.map { continuation in
        let part = results.prefix(continuation.count)
        results = results.dropFirst(continuation.count)
        return SequenceLikelihood(
          logProbabilities: part.map(\.logProbability), isGreedy: part.map(\.isGreedy))
      }
    }
  }

  /// A context with some of its continuations.
  private struct Tree {
    let index: Int
    let context: [Int32]
    let continuations: ArraySlice<[Int32]>

    /// What passes through the model.
    var tokens: [Int32] { context + continuations.flatMap { $0.dropLast() } }
    var rowCount: Int { context.count + continuations.reduce(0) { $0 + $1.count - 1 } }
    var longest: Int { context.count + (continuations.map { $0.count - 1 }.max() ?? 0) }
  }

  /// A text as trees whose continuations, each with its context, have at most `limit` tokens
  /// together; a larger one is alone.
  private static func trees(of text: TokenContinuations, index: Int, limit: Int) -> [Tree] {
    let lengths = text.continuations.map { text.context.count + $0.count - 1 }
    return SequenceChunks.ranges(lengths, limit: limit).map {
      Tree(index: index, context: text.context, continuations: text.continuations[$0])
    }
  }

  private func checkTargets(_ texts: [TokenContinuations]) throws {
    // A last token does not pass through the model, so the other check does not see it.
    try TokenSequence.check(
      texts.flatMap { text in text.continuations.compactMap { $0.last.map { [$0] } } },
      for: decoder.configuration)
  }
}
