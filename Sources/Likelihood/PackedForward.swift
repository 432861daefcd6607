// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTransformer

/// Takes whole sequences through a decoder, laid one after the other without padding.
///
/// Everything but the attention works token by token, and the attention sequence by sequence: a
/// sequence's numbers do not depend on which others are there.
struct PackedForward {
  private let walk: DecoderWalk
  private let hidden: MatrixView
  private var layers: Range<Int> { 0..<walk.decoder.configuration.layerCount }

  /// Room for as many rows at a time as a plan has.
  init(_ decoder: Decoder, _ plan: ForwardCost.Plan, on device: any Device) {
    walk = DecoderWalk(
      decoder, tokens: plan.width.rows, longest: plan.width.longest, on: device)
    walk.keepsWeights = plan.keepsWeights
    hidden = device.matrix(rows: plan.width.rows, columns: decoder.configuration.hiddenSize)
  }

  /// The same buffers for another decoder of the same shape, but for the hidden states, which stay.
  init(_ decoder: Decoder, sharing other: PackedForward) {
    walk = other.walk.sharingMemory(with: decoder)
    hidden = walk.device.matrix(rows: other.hidden.rows, columns: other.hidden.columns)
  }

  /// The last hidden states `[T, D]` of some sequences; valid until the next call.
  ///
  /// Each sequence is a prompt as a whole, for the decoder's interventions.
  ///
  /// - Parameter onBlock: Called with the share of the blocks that is done.
  func run(
    _ sequences: [[Int32]], onBlock: (Double) -> Void = { _ in }
  ) throws -> (hidden: MatrixView, samples: [Range<Int>]) {
    var samples: [Range<Int>] = []
    for sequence in sequences {
      let begin = samples.last?.upperBound ?? 0
      samples.append(begin..<begin + sequence.count)
    }
    let hidden = try run(
      DecoderWalk.Chunk(sequences.flatMap(\.self), samples: samples), onBlock: onBlock)
    return (hidden, samples)
  }

  /// The last hidden states `[T, D]` of branched rows; valid until the next call.
  ///
  /// - Parameters:
  ///   - tokens: The tokens of the rows.
  ///   - rows: How they relate to each other.
  ///   - prompts: Where the decoder's interventions find the prompts, given their positions.
  func run(
    _ tokens: [Int32], rows: BranchedRows,
    prompts: @escaping (PromptPositions) -> InterventionRows
  ) throws -> MatrixView {
    let room = BranchedAttention(walk.decoder.configuration, rows, on: walk.device)
    return try run(DecoderWalk.Chunk(tokens, rows: .branched(rows, room), prompts: prompts))
  }

  private func run(
    _ chunk: DecoderWalk.Chunk, onBlock: (Double) -> Void = { _ in }
  ) throws -> MatrixView {
    try walk.forward(
      layers, [chunk], through: PassingStream(hidden),
      after: { layer, _, _, _ in onBlock(Double(layer + 1) / Double(layers.count)) })
    return hidden.rows(chunk.range)
  }
}

extension PackedForward {
  /// The last hidden states of sequences that begin with the same `trunk` tokens, and the row of each
  /// one's last token; valid until the next call.
  ///
  /// Each sequence is a prompt as a whole, for the decoder's interventions.
  func run(
    _ sequences: [[Int32]], trunk: Int
  ) throws -> (hidden: MatrixView, ends: [Int]) {
    guard trunk > 0, let first = sequences.first else {
      let (hidden, samples) = try run(sequences)
      return (hidden, samples.map { $0.upperBound - 1 })
    }
    var branches: [Range<Int>] = []
    for sequence in sequences {
      let begin = branches.last?.upperBound ?? trunk
      branches.append(begin..<begin + sequence.count - trunk)
    }
    let hidden = try run(
      first.prefix(trunk) + sequences.flatMap { $0.dropFirst(trunk) },
      rows: BranchedRows([(trunk, branches.map(\.count))]),
      prompts: { [branches] in InterventionRows($0, trunk: trunk, branches: branches) })
    return (hidden, branches.map { ($0.isEmpty ? trunk : $0.upperBound) - 1 })
  }
}

/// Which sequences are processed by a decoder together.
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
