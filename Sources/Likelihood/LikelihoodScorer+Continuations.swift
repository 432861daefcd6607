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
  /// Scores the continuations of texts; a text is processed by the model once, however many there are.
  ///
  /// The results are those of `score` for each text with its continuation, to the bit, unless the
  /// decoder has interventions: here the text is the prompt, there all of it. The last token
  /// of a continuation predicts nothing and does not pass through the model, so context and
  /// continuation together may have one token more than the model has positions.
  ///
  /// - Parameters:
  ///   - texts: Texts with their continuations.
  ///   - shouldStop: As for `score`.
  ///   - onFinish: Called with the likelihoods of a text's continuations, in order.
  /// - Throws: As `score`.
  public func score(
    _ texts: [TokenContinuations], shouldStop: () -> Bool = { false },
    onFinish: (_ index: Int, _ likelihoods: [SequenceLikelihood]) throws -> Void
  ) throws {
    try TokenSequence.check(
      texts.flatMap { text in text.continuations.map { text.context + $0.dropLast() } },
      for: decoder.configuration)
    try checkTargets(texts)
    let lengths = texts.map { text in text.continuations.map { text.context.count + $0.count - 1 } }
    guard let longest = lengths.joined().max() else { return }
    let total = texts.reduce(0) { sum, text in
      sum + text.context.count + text.continuations.reduce(0) { $0 + $1.count - 1 }
    }
    let plan = try planForSharedPrefixes(longest: longest, total: total)
    makeRoom(plan)
    defer { release() }
    // A text with many branches is cut: the attention sees each whole.
    let trees = texts.enumerated().flatMap { Tree.cut($1, index: $0, rows: plan.width.rows) }
    let forward = PackedForward(decoder, plan, on: device)
    var finished: [SequenceLikelihood] = []
    for chunk in Tree.chunks(trees, rows: plan.width.rows) {
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

    /// What is processed by the model.
    var tokens: [Int32] { context + continuations.flatMap { $0.dropLast() } }
    var rowCount: Int { context.count + continuations.reduce(0) { $0 + $1.count - 1 } }
    /// What the attention sees.
    var attendedCount: Int {
      continuations.reduce(0) { $0 + context.count + $1.count - 1 }
    }

    /// A text as trees of which each fits; one continuation does always.
    static func cut(_ text: TokenContinuations, index: Int, rows limit: Int) -> [Tree] {
      let context = text.context.count
      var starts: [Int] = []
      var (rows, attended) = (0, 0)
      for (place, continuation) in text.continuations.enumerated() {
        rows += continuation.count - 1
        attended += context + continuation.count - 1
        let fits =
          context + rows <= limit && attended <= SharedBeginning.Limits.attended(limit)
        guard starts.isEmpty || !fits else { continue }
        starts.append(place)
        (rows, attended) = (continuation.count - 1, context + continuation.count - 1)
      }
      return zip(starts, starts.dropFirst() + [text.continuations.count]).map { first, last in
        Tree(
          index: index, context: text.context, continuations: text.continuations[first..<last])
      }
    }

    /// Which trees are processed together; the first of a chunk always is.
    static func chunks(_ trees: [Tree], rows limit: Int) -> [Range<Int>] {
      var ranges: [Range<Int>] = []
      var (first, rows, attended) = (0, 0, 0)
      for (index, tree) in trees.enumerated() {
        rows += tree.rowCount
        attended += tree.attendedCount
        guard index > first, rows > limit || attended > SharedBeginning.Limits.attended(limit)
        else { continue }
        ranges.append(first..<index)
        (first, rows, attended) = (index, tree.rowCount, tree.attendedCount)
      }
      if first < trees.count { ranges.append(first..<trees.count) }
      return ranges
    }
  }

  private func checkTargets(_ texts: [TokenContinuations]) throws {
    // A last token does not pass through the model, so the other check does not see it.
    try TokenSequence.check(
      texts.flatMap { text in text.continuations.compactMap { $0.last.map { [$0] } } },
      for: decoder.configuration)
  }
}
