// SPDX-License-Identifier: Apache-2.0

package import SPINKernels
import SPINStorage
package import SPINTransformer

/// Sequences that are decoded in one batch, one token a step, or several where it is known what they probably are.
///
/// A sequence's numbers do not depend on which others are there: prompts pass through row-independent
/// products, steps through `Device.project`.
package struct DecodingBatch {
  /// The sequences in the order of the rows, identified by the caller.
  package private(set) var identifiers: [Int] = []
  /// Rows that a step can have.
  var rowCount: Int { hiddenRoom.rows }
  /// Rows whose logits are in memory together.
  var logitRows: Int { logitRoom.rows }

  private let decoder: Decoder
  private let device: any Device
  private let walk: DecoderWalk
  private let hiddenRoom: MatrixView
  private let newest: MatrixView
  private let logitRoom: MatrixView
  private let reservedPositions: Int
  private let caches: KeyValueCaches

  /// Buffers for a number of sequences.
  ///
  /// - Parameters:
  ///   - sequenceCount: The maximum number of sequences at a time.
  ///   - promptTokens: The maximum number of prompt tokens at a time.
  ///   - logitRows: Rows whose logits are in memory together; nil for one a sequence.
  ///   - positionCount: Positions that a sequence can have.
  ///   - keepsWeights: Whether the model's weights stay in memory from step to step.
  package init(
    _ decoder: Decoder, sequenceCount: Int, promptTokens: Int, logitRows: Int? = nil,
    positionCount: Int, keepsWeights: Bool = true, on device: any Device
  ) {
    self.decoder = decoder
    self.device = device
    let configuration = decoder.configuration
    let tokens = max(sequenceCount, promptTokens)
    walk = DecoderWalk(decoder, tokens: tokens, longest: positionCount, on: device)
    walk.keepsWeights = keepsWeights
    hiddenRoom = device.matrix(rows: tokens, columns: configuration.hiddenSize)
    newest = device.matrix(rows: sequenceCount, columns: configuration.hiddenSize)
    logitRoom = device.matrix(
      rows: max(sequenceCount, logitRows ?? 0), columns: configuration.vocabularySize)
    reservedPositions = positionCount
    caches = KeyValueCaches(layerCount: configuration.layerCount)
  }

  /// Adds sequences by their prompts; afterwards `logits` are those of the new sequences alone, in
  /// their order.
  ///
  /// The decoder's interventions change the prompts, and nothing that is added to them later.
  ///
  /// - Parameter trunk: The length of the prefix that all prompts share, where it is worth sharing; it is
  ///   processed once. No result depends on it.
  /// - Precondition: Where the decoder has interventions, prompts have the same positions in the trunk.
  package mutating func start(
    _ prompts: [(identifier: Int, tokens: [Int32])], trunk: Int = 0
  ) throws -> MatrixView {
    let configuration = decoder.configuration
    var tokens = Array(prompts.first?.tokens.prefix(trunk) ?? [])
    var samples: [Range<Int>] = []
    for prompt in prompts {
      samples.append(tokens.count..<tokens.count + prompt.tokens.count - trunk)
      tokens += prompt.tokens.dropFirst(trunk)
    }
    let hidden = hiddenRoom.rows(0..<tokens.count)
    let rows =
      trunk > 0
      ? {
        let rows = BranchedRows([(trunk, samples.map(\.count))])
        return TokenRows.branched(rows, BranchedAttention(configuration, rows, on: device))
      }() : TokenRows.samples(samples)
    let chunk = DecoderWalk.Chunk(tokens, rows: rows) { [samples] in
      InterventionRows($0, trunk: trunk, branches: samples)
    }
    try walk.forward(
      layers, [chunk], through: PassingStream(hidden),
      after: { layer, _, _, state in
        for sample in samples {
          var cache = KeyValueCache(
            configuration, capacity: min(reservedPositions, trunk + sample.count + 64),
            limit: reservedPositions, on: device)
          if trunk > 0 { state.append(0..<trunk, to: &cache, on: device) }
          if !sample.isEmpty { state.append(sample, to: &cache, on: device) }
          caches.layers[layer].append(cache)
        }
      })
    identifiers += prompts.map(\.identifier)
    let last = newest.rows(0..<prompts.count)
    let ends = samples.map { ($0.isEmpty ? trunk : $0.upperBound) - 1 }
    device.gatherRows(hidden, ends, into: last)
    let logits = logitRoom.rows(0..<prompts.count)
    decode(last, into: logits)
    return logits
  }

  /// Adds one token to every sequence, in the order of `identifiers`.
  package mutating func step(_ tokens: [Int32]) throws -> MatrixView {
    let rows = try step(tokens.map { [$0] })
    return logits(rows)
  }

  /// Adds tokens to every sequence, in the order of `identifiers`: at least one, and together no more than there is
  /// room for (`rowCount`).
  ///
  /// No number of a token depends on those that are added with it and follow it, so that they can be forgotten.
  ///
  /// - Returns: The rows of the tokens, for `logits`.
  mutating func step(_ tokens: [[Int32]]) throws -> Range<Int> {
    precondition(
      tokens.count == identifiers.count && tokens.allSatisfy { !$0.isEmpty },
      "at least one token a sequence")
    let counts = tokens.map(\.count)
    let rows = 0..<counts.reduce(0, +)
    // What is added to a prompt is not changed by interventions.
    let chunk = DecoderWalk.Chunk(
      tokens.flatMap(\.self), rows: .newest(caches, counts: counts), prompts: nil)
    try walk.forward(layers, [chunk], through: PassingStream(hiddenRoom.rows(rows)))
    return rows
  }

  /// Logits `[R, V]` of rows of the last step, at most `logitRows` of them, and each only once.
  func logits(_ rows: Range<Int>) -> MatrixView {
    let logits = logitRoom.rows(0..<rows.count)
    decode(hiddenRoom.rows(rows), into: logits)
    return logits
  }

  /// Forgets the last tokens that were added to a sequence.
  mutating func removeLast(_ count: Int, of row: Int) { caches.removeLast(count, of: row) }

  private func decode(_ hidden: MatrixView, into logits: MatrixView) {
    decoder.head.decode(hidden, into: logits, on: device)
    if !walk.keepsWeights { decoder.weights.head.releasePages() }
  }

  private var layers: Range<Int> { 0..<decoder.configuration.layerCount }

  /// Removes the sequences at some rows.
  package mutating func remove(_ rows: [Int]) {
    for row in rows.sorted(by: >) {
      identifiers.remove(at: row)
      caches.remove(at: row)
    }
  }
}
