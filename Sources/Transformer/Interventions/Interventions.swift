// SPDX-License-Identifier: Apache-2.0

public import SPINKernels

/// Changes of the hidden states after some blocks, at some tokens of each prompt.
///
/// Only prompts are changed, never generated tokens; where a text has no prompt of its own, as a window
/// of running text, all of it counts as one.
public struct Interventions: Sendable {
  /// What happens after one block.
  public struct Block: Sendable {
    /// At the beginning of a prompt, or, where `last` is nil, at both ends.
    public let first: LowRankIntervention
    /// At the end of a prompt.
    public let last: LowRankIntervention?

    /// One change for both ends of a prompt, or one for each.
    public init(first: LowRankIntervention, last: LowRankIntervention? = nil) {
      self.first = first
      self.last = last
    }

    /// The rows that each change applies to.
    public func parts(
      _ rows: InterventionRows
    ) -> [(intervention: LowRankIntervention, rows: [Int])] {
      guard let last else { return [(first, rows.first + rows.last)] }
      return [(first, rows.first), (last, rows.last)]
    }
  }

  /// Which tokens of a prompt are changed.
  public let positions: PromptPositions
  /// The changes by block, from 0.
  public let blocks: [Int: Block]

  /// Interventions by the block after which they apply.
  public init(positions: PromptPositions, blocks: [Int: Block]) {
    self.positions = positions
    self.blocks = blocks
  }

  /// Changes the output of a block in place; does nothing after a block without an intervention.
  ///
  /// - Parameters:
  ///   - layer: The block, from 0.
  ///   - hidden: `[T, D]`.
  ///   - rows: Which of the T rows.
  ///   - device: Where to compute.
  public func apply(
    after layer: Int, to hidden: MatrixView, _ rows: InterventionRows, on device: any Device
  ) {
    for part in blocks[layer]?.parts(rows) ?? [] where !part.rows.isEmpty {
      let input = device.matrix(rows: part.rows.count, columns: hidden.columns)
      let output = device.matrix(rows: part.rows.count, columns: hidden.columns)
      device.gatherRows(hidden, part.rows, into: input)
      part.intervention.forward(input, output: output, on: device)
      device.replaceRows(output, part.rows, in: hidden)
    }
  }
}

extension Decoder {
  /// The same model with interventions after its blocks; this value is left unchanged.
  ///
  /// All that runs the model takes part: hidden states, likelihoods, generated texts.
  ///
  /// - Precondition: Blocks and the size of hidden states are the model's.
  public func adding(_ interventions: Interventions) -> Decoder {
    for (layer, block) in interventions.blocks {
      precondition(layer >= 0 && layer < configuration.layerCount, "no such block")
      precondition(
        block.first.hiddenSize == configuration.hiddenSize
          && block.last.map { $0.hiddenSize == configuration.hiddenSize } ?? true,
        "hidden states have another size")
    }
    var result = self
    result.interventions = interventions
    return result
  }
}
