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
  let logitRows: Int
  lazy var logitRoom = device.matrix(
    rows: logitRows, columns: decoder.configuration.vocabularySize)

  /// - Parameters:
  ///   - decoder: The model; an edit that lies over its weights takes part.
  ///   - execution: Where to compute.
  ///   - chunkTokens: Tokens that pass through the model together; a longer sequence does alone.
  public init(_ decoder: Decoder, on execution: Execution, chunkTokens: Int = 1024) {
    precondition(chunkTokens >= 1, "chunkTokens must be at least 1")
    self.decoder = decoder
    self.chunkTokens = chunkTokens
    device = execution.open()
    // Rooms for logits of 64 MiB at most.
    logitRows = max(1, min(512, (16 << 20) / decoder.configuration.vocabularySize))
  }

  /// Scores sequences.
  ///
  /// - Parameters:
  ///   - sequences: At most as long as the model has positions.
  ///   - shouldStop: Asked some twenty times a second; true ends the work with an error of code
  ///     `interrupted`.
  ///   - onPart: Told now and then how many of the sequences not yet finished are computed, in parts
  ///     of one.
  ///   - onFinish: Told of each sequence's likelihood, in order.
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
    let forward = PackedForward(
      decoder, tokens: max(longest, min(chunkTokens, lengths.reduce(0, +))), longest: longest,
      on: device)
    for chunk in SequenceChunks.ranges(lengths, limit: chunkTokens) {
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
  ///   - setEdited: Puts the edit on and takes it off; off at the end.
  ///   - shouldStop: As for `score`.
  ///   - onPart: As for `score`.
  ///   - onFinish: Told of KL(untouched || edited) in nats at each position of a sequence.
  /// - Throws: As `score`, and what the closures throw.
  public func divergence(
    _ sequences: [[Int32]], setEdited: (Bool) throws -> Void,
    shouldStop: () -> Bool = { false }, onPart: (_ done: Double) -> Void = { _ in },
    onFinish: (_ index: Int, _ divergences: [Double]) throws -> Void
  ) throws {
    try TokenSequence.check(sequences, for: decoder.configuration)
    guard let longest = sequences.map(\.count).max(), longest > 0 else { return }
    let forward = PackedForward(decoder, tokens: longest, longest: longest, on: device)
    let width = decoder.configuration.hiddenSize
    let untouched = device.matrix(rows: longest, columns: width)
    let rooms = (0..<2).map { _ in
      device.matrix(rows: logitRows, columns: decoder.configuration.vocabularySize)
    }
    for (index, tokens) in sequences.enumerated() where tokens.count > 1 {
      do {
        let divergences = try unlessStopped(shouldStop) {
          try setEdited(false)
          let before = untouched.rows(0..<tokens.count)
          let first = try forward.run([tokens]) { onPart($0 / 2) }.hidden
          device.gatherRows(first, Array(0..<tokens.count), into: before)
          try setEdited(true)
          let after = try forward.run([tokens]) { onPart(($0 + 1) / 2) }.hidden
          return try self.divergences(before, after, tokens.count - 1, rooms, setEdited)
        }
        try setEdited(false)
        try onFinish(index, divergences)
      } catch {
        try setEdited(false)
        throw error
      }
    }
  }

  /// KL at the first `count` rows of the last hidden states of both sides.
  private func divergences(
    _ before: MatrixView, _ after: MatrixView, _ count: Int, _ rooms: [MatrixView],
    _ setEdited: (Bool) throws -> Void
  ) throws -> [Double] {
    var divergences: [Double] = []
    for start in stride(from: 0, to: count, by: logitRows) {
      let rows = Array(start..<min(start + logitRows, count))
      let (p, q) = (rooms[0].rows(0..<rows.count), rooms[1].rows(0..<rows.count))
      logits(after, rows, into: q)
      try setEdited(false)
      logits(before, rows, into: p)
      try setEdited(true)
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
      self.logits(hidden, Array(rows[range]), into: logits)
      let largest = device.largestIndices(of: logits)
      let losses = device.crossEntropy(logits, targets: Array(targets[range]))
      for (place, loss) in zip(range, losses) {
        guard let best = largest[place - start], loss.isFinite else { throw Self.notNumbers }
        results.append((-loss, best == Int(targets[place])))
      }
    }
    return results
  }

  func logits(_ hidden: MatrixView, _ rows: [Int], into logits: MatrixView) {
    let gathered = device.matrix(rows: rows.count, columns: hidden.columns)
    device.gatherRows(hidden, rows, into: gathered)
    decoder.head.logits(gathered, into: logits, on: device)
  }

  static let notNumbers = SPINError(
    .checkFailed, "the model gives logits that are not finite numbers",
    remedy: "look for weights that are not finite with spin inspect MODEL --values")

  /// Computes something, unless the caller wants to stop.
  func unlessStopped<Result>(
    _ shouldStop: () -> Bool, _ body: () throws -> Result
  ) throws -> Result {
    guard !shouldStop(), let result = try device.unlessStopped(shouldStop, body) else {
      throw SPINError.stopped()
    }
    return result
  }
}
