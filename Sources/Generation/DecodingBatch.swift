// SPDX-License-Identifier: Apache-2.0

package import SPINKernels
import SPINStorage
package import SPINTransformer

/// Sequences that grow together, one token a step.
///
/// A sequence's numbers do not depend on which others are there: prompts pass through row-independent
/// products, steps through `Compute.project`.
package struct DecodingBatch {
  /// The sequences in the order of the rows; what they are is the caller's business.
  package private(set) var identifiers: [Int] = []
  /// Logits of the newest position of each sequence, `[B, V]`, after `start` or `step`.
  var logits: MatrixView { logitRoom.rows(0..<identifiers.count) }

  private let decoder: Decoder
  private let compute: Compute
  private let blocks: [DecoderBlock]
  private let stateRoom: FloatBuffer
  private let workspace: BlockWorkspace
  private let hiddenRoom: MatrixView
  private let newest: MatrixView
  private let logitRoom: MatrixView
  private let reservedPositions: Int
  /// Caches by layer, then by sequence.
  private var caches: [[KeyValueCache]]

  /// Room for sequences.
  ///
  /// - Parameters:
  ///   - sequenceCount: At most so many at a time.
  ///   - promptTokens: At most so many tokens of prompts at a time.
  ///   - positionCount: Positions that a sequence can have.
  package init(
    _ decoder: Decoder, sequenceCount: Int, promptTokens: Int, positionCount: Int,
    on compute: Compute
  ) {
    self.decoder = decoder
    self.compute = compute
    let configuration = decoder.configuration
    let rotary = decoder.rotaryEmbedding(positionCount: positionCount)
    blocks = (0..<configuration.layerCount).map { decoder.block($0, rotary: rotary) }
    let tokens = max(sequenceCount, promptTokens)
    stateRoom = FloatBuffer(count: tokens * BlockState.elementsPerToken(configuration))
    workspace = BlockWorkspace(configuration, tokens: tokens)
    hiddenRoom = MatrixView(rows: tokens, columns: configuration.hiddenSize)
    newest = MatrixView(rows: sequenceCount, columns: configuration.hiddenSize)
    logitRoom = MatrixView(rows: sequenceCount, columns: configuration.vocabularySize)
    reservedPositions = positionCount
    caches = blocks.map { _ in [] }
  }

  /// Adds sequences by their prompts; afterwards `logits` are those of the new sequences alone, in
  /// their order, until the next step.
  ///
  /// The decoder's interventions change the prompts, and nothing that is added to them later.
  ///
  /// - Parameter trunk: How many tokens all prompts begin with, if that is worth anything; these pass
  ///   through the model once. No number depends on it.
  /// - Precondition: Where the decoder has interventions, prompts have the same positions in the trunk.
  package mutating func start(
    _ prompts: [(identifier: Int, tokens: [Int32])], trunk: Int = 0
  ) -> MatrixView {
    let configuration = decoder.configuration
    var tokens = Array(prompts.first?.tokens.prefix(trunk) ?? [])
    var samples: [Range<Int>] = []
    for prompt in prompts {
      samples.append(tokens.count..<tokens.count + prompt.tokens.count - trunk)
      tokens += prompt.tokens.dropFirst(trunk)
    }
    let hidden = hiddenRoom.rows(0..<tokens.count)
    let state = BlockState(configuration, tokens: tokens.count, buffer: stateRoom)
    let rows = trunk > 0 ? BranchedRows([(trunk, samples.map(\.count))]) : nil
    let room = rows.map { BranchedAttention(configuration, $0) }
    let interventions = decoder.interventions
    let changed = interventions.map {
      InterventionRows($0.positions, trunk: trunk, branches: samples)
    }
    decoder.embed(tokens, into: hidden, on: compute)
    for (layer, block) in blocks.enumerated() {
      if let rows, let room {
        block.forward(
          hidden, rows: rows, room: room, state: state, workspace: workspace, on: compute)
      } else {
        block.forward(
          hidden, output: hidden, state: state, workspace: workspace, samples: samples,
          on: compute)
      }
      if let changed { interventions?.apply(after: layer, to: hidden, changed, on: compute) }
      for sample in samples {
        var cache = KeyValueCache(
          configuration, capacity: min(reservedPositions, trunk + sample.count + 64))
        if trunk > 0 { state.append(0..<trunk, to: &cache, on: compute) }
        if !sample.isEmpty { state.append(sample, to: &cache, on: compute) }
        caches[layer].append(cache)
      }
    }
    identifiers += prompts.map(\.identifier)
    let last = newest.rows(0..<prompts.count)
    let ends = samples.map { ($0.isEmpty ? trunk : $0.upperBound) - 1 }
    compute.gatherRows(hidden, ends, into: last)
    let logits = logitRoom.rows(0..<prompts.count)
    decoder.head.decode(last, into: logits, on: compute)
    return logits
  }

  /// Adds one token to every sequence, in the order of `identifiers`.
  package mutating func step(_ tokens: [Int32]) -> MatrixView {
    precondition(tokens.count == identifiers.count, "one token a sequence")
    let hidden = hiddenRoom.rows(0..<tokens.count)
    let state = BlockState(decoder.configuration, tokens: tokens.count, buffer: stateRoom)
    decoder.embed(tokens, into: hidden, on: compute)
    for (layer, block) in blocks.enumerated() {
      block.decode(
        hidden, caches: &caches[layer], state: state, workspace: workspace, on: compute)
    }
    decoder.head.decode(hidden, into: logits, on: compute)
    return logits
  }

  /// Removes the sequences at some rows.
  package mutating func remove(_ rows: [Int]) {
    for row in rows.sorted(by: >) {
      identifiers.remove(at: row)
      for layer in caches.indices { caches[layer].remove(at: row) }
    }
  }
}
