// SPDX-License-Identifier: Apache-2.0

import SPINErrors
package import SPINKernels
import SPINStorage

/// The forward and backward pass of tokens through the blocks of a decoder: the only loop over blocks.
///
/// The first block processes all chunks, then the second does, so that each block's weights are read once however many
/// tokens there are. After each block come the decoder's interventions, then the hooks that read the stream.
/// No result depends on how rows are cut into chunks.
package final class DecoderWalk {
  /// The model.
  package let decoder: Decoder
  /// The device that computes.
  package let device: any Device
  /// Whether the pages of a block's weights stay in memory after use.
  package var keepsWeights = true
  private let rotary: RotaryEmbedding
  private let blocks: [DecoderBlock]
  private let workspace: BlockWorkspace
  private let passing: FloatBuffer

  /// Rows that a block processes together.
  package struct Chunk {
    /// The tokens of the rows.
    package let tokens: [Int32]
    /// Their rows in the stream.
    package let range: Range<Int>
    /// How they relate to each other.
    package let rows: TokenRows
    /// Which of them interventions change, given the positions in a prompt; nil where none is part of a prompt.
    package let prompts: ((PromptPositions) -> InterventionRows)?
    /// Selects the random numbers of the dropout of low-rank updates; nil outside of training.
    package let dropout: DropoutPlace?

    /// Rows from an offset of the stream on.
    package init(
      _ tokens: [Int32], from start: Int = 0, rows: TokenRows,
      prompts: ((PromptPositions) -> InterventionRows)?, dropout: DropoutPlace? = nil
    ) {
      self.tokens = tokens
      range = start..<start + tokens.count
      self.rows = rows
      self.prompts = prompts
      self.dropout = dropout
    }

    /// Whole samples, each of which counts as a prompt.
    package init(_ tokens: [Int32], from start: Int = 0, samples: [Range<Int>]) {
      self.init(tokens, from: start, rows: .samples(samples)) {
        InterventionRows($0, prompts: samples)
      }
    }
  }

  /// Memory for a walk.
  ///
  /// - Parameters:
  ///   - decoder: The model.
  ///   - tokens: Rows of the widest chunk.
  ///   - longest: Positions of the longest text.
  ///   - keepsStates: Whether the caller has buffers for the states of all blocks, so that none is needed here.
  ///   - device: Where to compute.
  package init(
    _ decoder: Decoder, tokens: Int, longest: Int, keepsStates: Bool = false, on device: any Device
  ) {
    self.decoder = decoder
    self.device = device
    let rotary = decoder.rotaryEmbedding(positionCount: longest)
    self.rotary = rotary
    blocks = (0..<decoder.configuration.layerCount).map { decoder.block($0, rotary: rotary) }
    workspace = BlockWorkspace(decoder.configuration, tokens: tokens, on: device)
    let perToken = BlockState.elementsPerToken(
      decoder.configuration, lowRankOutputs: decoder.lowRankOutputs)
    passing = device.buffer(count: keepsStates ? 0 : tokens * perToken)
  }

  /// A walk of another decoder of the same shape in the memory of this one; the two run one after the other.
  package func sharingMemory(with decoder: Decoder) -> DecoderWalk {
    DecoderWalk(decoder, of: self)
  }

  private init(_ decoder: Decoder, of other: DecoderWalk) {
    precondition(decoder.lowRank == nil && other.decoder.lowRank == nil, "low-rank changes")
    self.decoder = decoder
    (device, rotary, workspace, passing) = (
      other.device, other.rotary, other.workspace, other.passing
    )
    blocks = (0..<decoder.configuration.layerCount).map {
      decoder.block($0, rotary: other.rotary)
    }
    keepsWeights = other.keepsWeights
  }

  /// The number of Float32 values that a walk needs for each token of its widest chunk.
  package static func elementsPerToken(_ configuration: DecoderConfiguration) -> Int {
    BlockState.elementsPerToken(configuration) + BlockWorkspace.elementsPerToken(configuration)
  }

  /// Memory for what a block stores of a number of rows, reused by the next block.
  package func passingState(rows: Int) -> BlockState {
    BlockState(
      decoder.configuration, tokens: rows, buffer: passing, lowRankOutputs: decoder.lowRankOutputs)
  }

  /// Runs chunks forward through blocks.
  ///
  /// - Parameters:
  ///   - layers: Which blocks, one after the other; stream 0 is computed from the tokens.
  ///   - chunks: The rows.
  ///   - stream: Where the residual stream is stored.
  ///   - state: The buffer for what a block stores of a chunk for its backward pass; nil for one that the next block
  ///     reuses.
  ///   - shouldStop: Checked some twenty times a second; true ends the walk with an error of code `interrupted`.
  ///     Nil where the caller computes inside `unlessStopped` already.
  ///   - after: Called with each chunk's stream after each block, and with what the block stored.
  /// - Throws: What the store and `after` throw.
  package func forward(
    _ layers: Range<Int>, _ chunks: [Chunk], through stream: some StreamStore,
    state: (_ layer: Int, _ chunk: Int) -> BlockState? = { _, _ in nil },
    shouldStop: (() -> Bool)? = nil,
    after: (_ layer: Int, _ chunk: Int, _ hidden: MatrixView, _ state: BlockState) throws -> Void =
      { _, _, _, _ in }
  ) throws {
    let interventions = decoder.interventions
    for layer in layers {
      for (index, chunk) in chunks.enumerated() {
        let input = try stream.input(of: layer, chunk.range)
        let output = try stream.output(of: layer, chunk.range)
        let state = state(layer, index) ?? passingState(rows: chunk.tokens.count)
        try unlessStopped(shouldStop) {
          if layer == 0 { decoder.embed(chunk.tokens, into: input, on: device) }
          blocks[layer].forward(
            input, output: output, state: state, workspace: workspace, rows: chunk.rows,
            dropout: chunk.dropout, on: device)
          if let interventions, let prompts = chunk.prompts {
            interventions.apply(
              after: layer, to: output, prompts(interventions.positions), on: device)
          }
        }
        try after(layer, index, output, state)
        try stream.keep(outputOf: layer, chunk.range, output)
      }
      guard !keepsWeights else { continue }
      if layer == 0 { decoder.weights.embedding.releasePages() }
      decoder.weights.blocks[layer].releasePages()
    }
  }

  /// Runs the gradient of a chunk backward through one block.
  ///
  /// - Parameters:
  ///   - layer: Which block.
  ///   - chunk: The rows: whole samples.
  ///   - input: The input of the block, `[T, D]`.
  ///   - gradient: That of its output; becomes that of its input if `needsInputGradient`.
  ///   - kept: What the forward pass stored; nil where it is recomputed, to the same bits.
  ///   - needsInputGradient: False where nothing below is trained or scored.
  ///   - sink: Takes the gradients of weights.
  ///   - shouldStop: As in `forward`.
  /// - Precondition: The decoder has no interventions: their backward pass is that of `LowRankIntervention`.
  package func backward(
    _ layer: Int, _ chunk: Chunk, input: MatrixView, gradient: MatrixView, kept: BlockState?,
    needsInputGradient: Bool, into sink: some WeightGradientSink, shouldStop: (() -> Bool)? = nil
  ) throws {
    precondition(decoder.interventions == nil, "gradients know no interventions")
    guard case .samples(let samples) = chunk.rows else {
      preconditionFailure("only whole samples go back")
    }
    let state = kept ?? passingState(rows: chunk.tokens.count)
    try unlessStopped(shouldStop) {
      if kept == nil {
        blocks[layer].prepare(
          input, state: state, workspace: workspace, samples: samples, dropout: chunk.dropout,
          on: device)
      }
      blocks[layer].backward(
        input, gradient: gradient, state: state, workspace: workspace, samples: samples,
        needsInputGradient: needsInputGradient, dropout: chunk.dropout, into: sink, on: device)
    }
  }

  private func unlessStopped(_ shouldStop: (() -> Bool)?, _ body: () -> Void) throws {
    guard let shouldStop else { return body() }
    guard !shouldStop(), try device.unlessStopped(shouldStop, body) != nil else {
      throw SPINError.stopped()
    }
  }
}
