// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINExecution
import SPINKernels
import SPINStorage
public import SPINTransformer

/// Finds how probable a model holds given texts.
///
///     let scorer = LikelihoodScorer(model.decoder, on: Execution(threads: 2))
///     try scorer.score([TokenSequence(tokens: ids, scored: 1..<ids.count)]) { _, likelihood in
///       print(likelihood.total)
///     }
///
/// Logits are Float32, their logarithms of probability double precision. Results depend neither on
/// threads and chunks nor on which other sequences are there, to the bit.
public final class LikelihoodScorer {
  let decoder: Decoder
  let device: any Device
  let chunkTokens: Int
  private let execution: Execution
  private let mostLogitRows: Int
  /// Memory for logits; as many rows as the plan of the present call has.
  private(set) var logitRoom: MatrixView
  private var keepsWeights = true
  var logitRows: Int { logitRoom.rows }

  /// - Parameters:
  ///   - decoder: The model, edited or not.
  ///   - execution: Where to compute.
  ///   - chunkTokens: Tokens that are processed by the model together; a longer sequence does alone.
  public init(_ decoder: Decoder, on execution: Execution, chunkTokens: Int = 1024) {
    precondition(chunkTokens >= 1, "chunkTokens must be at least 1")
    self.decoder = decoder
    self.chunkTokens = chunkTokens
    self.execution = execution
    device = execution.open()
    // Logits of 64 MiB at most.
    mostLogitRows = max(1, min(512, (16 << 20) / decoder.configuration.vocabularySize))
    logitRoom = device.matrix(rows: 0, columns: decoder.configuration.vocabularySize)
  }

  /// How many rows are processed together within the memory budget.
  ///
  /// - Parameters:
  ///   - longest: Tokens of the longest text.
  ///   - total: Rows of all texts.
  ///   - modelCount: How many models take turns.
  ///   - others: Bytes that other models hold in pages of their own.
  ///   - what: What the memory is for, for the error.
  ///   - more: What else is held, for a number of rows at a time.
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one text at a time.
  func plan(
    longest: Int, total: Int, modelCount: Int = 1, others: Int = 0,
    for what: String = "this model and these texts",
    more: (_ chunkTokens: Int, inout ForwardCost.Width) -> Void = { _, _ in }
  ) throws -> ForwardCost.Plan {
    let chunks = ForwardCost.halvings(from: max(longest, min(chunkTokens, total)), to: longest)
    let widths = chunks.flatMap { rows in
      ForwardCost.halvings(from: mostLogitRows, to: 1).map { logitRows in
        var width = ForwardCost.Width(rows: rows, longest: longest, logitRows: logitRows)
        more(rows, &width)
        return width
      }
    }
    return try ForwardCost(decoder, on: device).plan(
      widths, modelCount: modelCount, others: others, for: what, execution: execution)
  }

  /// The same for scoring texts of at most a given number of tokens, one at a time if need be.
  package func planForScoring(longest: Int) throws -> ForwardCost.Plan {
    try plan(longest: longest, total: longest)
  }

  /// The same for divergences of texts of at most a given number of tokens.
  ///
  /// - Parameters:
  ///   - longest: Tokens of the longest text.
  ///   - edited: The edited model, where it is known.
  package func planForDivergence(
    longest: Int, edited: Decoder? = nil
  ) throws -> ForwardCost.Plan {
    try plan(
      longest: longest, total: longest, modelCount: 2,
      others: edited?.weights.privateByteCount ?? 0
    ) { rows, width in
      // The other side's last hidden states, and its logits.
      width.streamRows = rows
      width.logitRows *= 2
    }
  }

  /// The same for texts that share prefixes: choices of an item, prompts of a judge.
  ///
  /// - Parameters:
  ///   - longest: Tokens of the longest text.
  ///   - total: Tokens of all texts, a shared prefix once.
  ///   - what: What the memory is for, for the error.
  package func planForSharedPrefixes(
    longest: Int, total: Int, for what: String = "this model and these texts"
  ) throws -> ForwardCost.Plan {
    try plan(longest: longest, total: total, for: what) {
      $1.attendedRows = SharedBeginning.Limits.attended($0)
    }
  }

  /// Memory for the logits of a plan.
  func makeRoom(_ plan: ForwardCost.Plan) {
    logitRoom = device.matrix(
      rows: plan.width.logitRows, columns: decoder.configuration.vocabularySize)
    keepsWeights = plan.keepsWeights
  }

  /// Lets go of what a call held: another model may be next, and counts then.
  func release() {
    logitRoom = device.matrix(rows: 0, columns: decoder.configuration.vocabularySize)
    decoder.weights.releasePages()
  }

  /// Scores sequences.
  ///
  /// - Parameters:
  ///   - sequences: At most as long as the model has positions.
  ///   - shouldStop: Checked some twenty times a second; true ends the work with an error of code
  ///     `interrupted`.
  ///   - onPart: Called now and then with how many of the sequences not yet finished are computed, in parts
  ///     of one.
  ///   - onFinish: Called with each sequence's likelihood, in order.
  /// - Throws: `SPINError` for a sequence that is too long, an id outside the vocabulary, logits
  ///   that are not numbers; and what `onFinish` throws.
  public func score(
    _ sequences: [TokenSequence], shouldStop: () -> Bool = { false },
    onPart: (_ done: Double) -> Void = { _ in },
    onFinish: (_ index: Int, _ likelihood: SequenceLikelihood) throws -> Void
  ) throws {
    try TokenSequence.check(sequences.map(\.tokens), for: decoder.configuration)
    let lengths = sequences.map(\.tokens.count)
    guard let longest = lengths.max(), longest > 0 else { return }
    let plan = try plan(longest: longest, total: lengths.reduce(0, +))
    makeRoom(plan)
    defer { release() }
    let forward = PackedForward(decoder, plan, on: device)
    for chunk in SequenceChunks.ranges(lengths, limit: plan.width.rows) {
      let results = try unlessStopped(shouldStop) {
        let (hidden, samples) = try forward.run(sequences[chunk].map(\.tokens)) {
          onPart($0 * Double(chunk.count))
        }
        var (rows, targets): ([Int], [Int32]) = ([], [])
        for (sample, index) in zip(samples, chunk) {
          let scored = sequences[index].scored
          rows += scored.map { sample.lowerBound + $0 - 1 }
          targets += sequences[index].tokens[scored]
        }
        return try predictions(hidden, rows, targets)
      }
      var next = 0
      for index in chunk {
        let part = results[next..<next + sequences[index].scored.count]
        next += part.count
        try onFinish(
          index,
          SequenceLikelihood(logProbabilities: part.map(\.0), isGreedy: part.map(\.1)))
      }
    }
  }

  /// How far a model's next-token distributions move when it is edited, at every position but the
  /// last of each sequence.
  ///
  /// - Parameters:
  ///   - sequences: Token ids.
  ///   - edited: The same model with the edit.
  ///   - shouldStop: As for `score`.
  ///   - onPart: As for `score`.
  ///   - onFinish: Called with KL(untouched || edited) in nats at each position of a sequence.
  /// - Throws: As `score`, and what the closures throw.
  public func divergence(
    _ sequences: [[Int32]], to edited: Decoder,
    shouldStop: () -> Bool = { false }, onPart: (_ done: Double) -> Void = { _ in },
    onFinish: (_ index: Int, _ divergences: [Double]) throws -> Void
  ) throws {
    precondition(
      edited.configuration.vocabularySize == decoder.configuration.vocabularySize,
      "another vocabulary")
    try TokenSequence.check(sequences, for: decoder.configuration)
    guard let longest = sequences.map(\.count).max(), longest > 0 else { return }
    let plan = try planForDivergence(longest: longest, edited: edited)
    makeRoom(plan)
    defer {
      release()
      edited.weights.releasePages()
    }
    let untouched = PackedForward(decoder, plan, on: device)
    let changed = PackedForward(edited, sharing: untouched)
    let half = max(1, logitRows / 2)
    let rooms = (0..<2).map { logitRoom.rows($0 * half..<($0 + 1) * half) }
    for (index, tokens) in sequences.enumerated() where tokens.count > 1 {
      let divergences = try unlessStopped(shouldStop) {
        let before = try untouched.run([tokens]) { onPart($0 / 2) }.hidden
        let after = try changed.run([tokens]) { onPart(($0 + 1) / 2) }.hidden
        return try self.divergences(before, (edited, after), tokens.count - 1, rooms)
      }
      try onFinish(index, divergences)
    }
  }

  /// KL at the first `count` rows of the last hidden states of both sides.
  private func divergences(
    _ before: MatrixView, _ after: (decoder: Decoder, hidden: MatrixView), _ count: Int,
    _ rooms: [MatrixView]
  ) throws -> [Double] {
    var divergences: [Double] = []
    for start in stride(from: 0, to: count, by: rooms[0].rows) {
      let rows = Array(start..<min(start + rooms[0].rows, count))
      let (p, q) = (rooms[0].rows(0..<rows.count), rooms[1].rows(0..<rows.count))
      logits(before, rows, of: decoder, into: p)
      logits(after.hidden, rows, of: after.decoder, into: q)
      let found = device.divergences(of: p, from: q)
      guard found.allSatisfy({ !$0.isNaN }) else { throw Self.notNumbers }
      divergences += found
    }
    return divergences
  }

  /// How probable each target is at its row of the last hidden states, and whether it is the most
  /// probable token there.
  ///
  /// A row may occur more than once.
  func predictions(
    _ hidden: MatrixView, _ rows: [Int], _ targets: [Int32]
  ) throws -> [(logProbability: Double, isGreedy: Bool)] {
    let room = logitRoom.rows(0..<min(logitRows, rows.count))
    var results: [(Double, Bool)] = []
    for start in stride(from: 0, to: rows.count, by: logitRows) {
      let range = start..<min(start + logitRows, rows.count)
      let logits = room.rows(0..<range.count)
      self.logits(hidden, Array(rows[range]), of: decoder, into: logits)
      let largest = device.largestIndices(of: logits)
      let losses = device.crossEntropy(logits, targets: Array(targets[range]))
      for (place, loss) in zip(range, losses) {
        guard let best = largest[place - start], loss.isFinite else { throw Self.notNumbers }
        results.append((-loss, best == Int(targets[place])))
      }
    }
    return results
  }

  func logits(
    _ hidden: MatrixView, _ rows: [Int], of decoder: Decoder, into logits: MatrixView
  ) {
    let gathered = device.matrix(rows: rows.count, columns: hidden.columns)
    device.gatherRows(hidden, rows, into: gathered)
    decoder.head.logits(gathered, into: logits, on: device)
    if !keepsWeights { decoder.weights.head.releasePages() }
  }

  static let notNumbers = SPINError(
    .checkFailed, "the model gives logits that are not finite numbers",
    remedy: "look for weights that are not finite with spin inspect MODEL --values")

  /// Computes something, unless the caller stops the work.
  func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result {
    guard !shouldStop(), let result = try device.unlessStopped(shouldStop, body) else {
      throw SPINError.stopped()
    }
    return result
  }
}
