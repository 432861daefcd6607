// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTransformer

/// Takes whole sequences through a decoder, laid one after the other without padding.
///
/// Everything but the attention works token by token, and the attention sequence by sequence: a
/// sequence's numbers do not depend on which others are there.
struct PackedForward {
  let decoder: Decoder
  let compute: Compute
  private let stateRoom: FloatBuffer
  private let workspace: BlockWorkspace
  private let hidden: MatrixView
  private let blocks: [DecoderBlock]

  /// Room for at most so many tokens at a time.
  init(_ decoder: Decoder, tokens: Int, longest: Int, on compute: Compute) {
    self.decoder = decoder
    self.compute = compute
    let configuration = decoder.configuration
    let rotary = decoder.rotaryEmbedding(positionCount: longest)
    blocks = (0..<configuration.layerCount).map { decoder.block($0, rotary: rotary) }
    stateRoom = FloatBuffer(count: tokens * BlockState.elementsPerToken(configuration))
    workspace = BlockWorkspace(configuration, tokens: tokens)
    hidden = MatrixView(rows: tokens, columns: configuration.hiddenSize)
  }

  /// The last hidden states `[T, D]` of some sequences; valid until the next call.
  ///
  /// Each sequence is a prompt as a whole, for the decoder's interventions.
  ///
  /// - Parameter onBlock: Told of the share of the blocks that is done.
  func run(
    _ sequences: [[Int32]], onBlock: (Double) -> Void = { _ in }
  ) -> (hidden: MatrixView, samples: [Range<Int>]) {
    let tokens = sequences.flatMap(\.self)
    var samples: [Range<Int>] = []
    for sequence in sequences {
      let begin = samples.last?.upperBound ?? 0
      samples.append(begin..<begin + sequence.count)
    }
    let hidden = hidden.rows(0..<tokens.count)
    decoder.embed(tokens, into: hidden, on: compute)
    for layer in blocks.indices {
      pass(layer, hidden, samples: samples)
      onBlock(Double(layer + 1) / Double(blocks.count))
    }
    return (hidden, samples)
  }

  /// Takes sequences through one block.
  ///
  /// - Parameters:
  ///   - layer: The block, from 0.
  ///   - hidden: The residual stream `[T, D]` of the sequences; becomes the one behind the block.
  ///   - samples: The rows of each sequence, a prompt as a whole.
  func pass(_ layer: Int, _ hidden: MatrixView, samples: [Range<Int>]) {
    let state = BlockState(decoder.configuration, tokens: hidden.rows, buffer: stateRoom)
    blocks[layer].forward(
      hidden, output: hidden, state: state, workspace: workspace, samples: samples, on: compute)
    guard let interventions = decoder.interventions else { return }
    interventions.apply(
      after: layer, to: hidden, InterventionRows(interventions.positions, prompts: samples),
      on: compute)
  }

  /// The last hidden states `[T, D]` of branched rows; valid until the next call.
  ///
  /// - Parameters:
  ///   - tokens: The tokens of the rows.
  ///   - rows: How they lie.
  ///   - prompts: Where the decoder's interventions find the prompts, given their positions.
  func run(
    _ tokens: [Int32], rows: BranchedRows, prompts: (PromptPositions) -> InterventionRows
  ) -> MatrixView {
    let interventions = decoder.interventions
    let changed = interventions.map { prompts($0.positions) }
    let hidden = hidden.rows(0..<tokens.count)
    let state = BlockState(decoder.configuration, tokens: tokens.count, buffer: stateRoom)
    let room = BranchedAttention(decoder.configuration, rows)
    decoder.embed(tokens, into: hidden, on: compute)
    for (layer, block) in blocks.enumerated() {
      block.forward(
        hidden, rows: rows, room: room, state: state, workspace: workspace, on: compute)
      if let changed { interventions?.apply(after: layer, to: hidden, changed, on: compute) }
    }
    return hidden
  }
}

extension PackedForward {
  /// The last hidden states of sequences that begin with the same `trunk` tokens, and the row of each
  /// one's last token; valid until the next call.
  ///
  /// Each sequence is a prompt as a whole, for the decoder's interventions.
  func run(_ sequences: [[Int32]], trunk: Int) -> (hidden: MatrixView, ends: [Int]) {
    guard trunk > 0, let first = sequences.first else {
      let (hidden, samples) = run(sequences)
      return (hidden, samples.map { $0.upperBound - 1 })
    }
    var branches: [Range<Int>] = []
    for sequence in sequences {
      let begin = branches.last?.upperBound ?? trunk
      branches.append(begin..<begin + sequence.count - trunk)
    }
    let hidden = run(
      first.prefix(trunk) + sequences.flatMap { $0.dropFirst(trunk) },
      rows: BranchedRows([(trunk, branches.map(\.count))]),
      prompts: { InterventionRows($0, trunk: trunk, branches: branches) })
    return (hidden, branches.map { ($0.isEmpty ? trunk : $0.upperBound) - 1 })
  }
}

/// Which sequences pass through a decoder together.
enum SequenceChunks {
  /// Ranges of sequences of at most `limit` tokens; a longer sequence is alone.
  static func ranges(_ lengths: [Int], limit: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var (first, tokens) = (0, 0)
    for (index, length) in lengths.enumerated() {
      if index > first, tokens + length > limit {
        ranges.append(first..<index)
        (first, tokens) = (index, 0)
      }
      tokens += length
    }
    if first < lengths.count { ranges.append(first..<lengths.count) }
    return ranges
  }
}
