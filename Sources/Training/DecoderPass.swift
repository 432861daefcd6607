// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINKernels
import SPINStorage
public import SPINTransformer

/// All samples of a step through a decoder and back, block by block.
///
/// The residual stream between blocks is kept; what a block computes is kept as far as memory allows,
/// the last blocks first since they are needed first, and computed again otherwise, to the same
/// bits. Memory is reused from step to step.
public final class DecoderPass {
  /// The model.
  public let decoder: Decoder
  private let memory: Memory
  private var configuration: DecoderConfiguration { decoder.configuration }

  /// What decides speed and memory, and no bit of a result.
  public struct Memory: Sendable, Hashable {
    /// Bytes for what forward passes leave for backward passes.
    public var keptStateBytes: Int
    /// Rows of logits that are in memory together; at least `LanguageModelHead.gradientBlock`.
    public var logitRows: Int

    /// Room for a pass.
    public init(keptStateBytes: Int, logitRows: Int) {
      self.keptStateBytes = keptStateBytes
      self.logitRows = max(logitRows, LanguageModelHead.gradientBlock)
    }
  }

  /// The residual stream before each block, and after the last.
  private let streams: [Room]
  private let states: [Room]
  private let passingState = Room()
  private let gradientRoom = Room()
  private let predictionRoom = Room()
  private let logitRoom = Room()
  private var workspace: BlockWorkspace
  private var workspaceTokens = 0
  private var rotary: RotaryEmbedding
  /// Blocks before this one compute their states again.
  private var firstKeptLayer = 0
  private let lowRankOutputs: [MatrixName.Projection]
  private let elementsPerToken: Int
  /// Whether the present pass is one of training, in which dropout drops.
  private var drops = false

  /// Prepares passes through a decoder, whose weights may change between them.
  public init(_ decoder: Decoder, memory: Memory) {
    self.decoder = decoder
    self.memory = memory
    let configuration = decoder.configuration
    lowRankOutputs = decoder.lowRankOutputs
    elementsPerToken = BlockState.elementsPerToken(
      configuration, lowRankOutputs: decoder.lowRankOutputs)
    streams = (0...configuration.layerCount).map { _ in Room() }
    states = (0..<configuration.layerCount).map { _ in Room() }
    workspace = BlockWorkspace(configuration, tokens: 0)
    rotary = decoder.rotaryEmbedding(positionCount: 0)
  }

  /// Forward through all blocks.
  ///
  /// - Parameter keepsStates: Whether a backward pass follows.
  public func forward(_ step: TrainingStep, keepsStates: Bool = true, on compute: Compute) {
    prepareRoom(for: step)
    let perLayer = 4 * step.tokenCount * elementsPerToken
    drops = keepsStates
    let keptLayers = keepsStates ? min(memory.keptStateBytes / max(1, perLayer), layerCount) : 0
    firstKeptLayer = layerCount - keptLayers
    for batch in step.batches {
      decoder.embed(batch.tokens, into: stream(0, step, batch), on: compute)
    }
    for layer in 0..<layerCount {
      let block = decoder.block(layer, rotary: rotary)
      for batch in step.batches {
        block.forward(
          stream(layer, step, batch), output: stream(layer + 1, step, batch),
          state: state(layer, step, batch), workspace: workspace, samples: batch.samples,
          dropout: place(of: batch, step), on: compute)
      }
    }
  }

  /// The sum of the losses of each sample, after `forward`.
  public func losses(_ step: TrainingStep, on compute: Compute) -> [Double] {
    step.batches.flatMap { batch in
      let rows = predictions(of: batch, step, on: compute)
      return batch.sampleLosses(
        decoder.head.losses(
          rows, targets: batch.targets, logits: logits(for: batch), on: compute))
    }
  }

  /// The losses, and the gradient of their sum times `step.lossFactor` back to the last block.
  ///
  /// - Parameter gradients: Where the gradients of the head's own weights are added.
  /// - Returns: The sum of the losses of each sample.
  public func backwardHead(
    _ step: TrainingStep, addingTo gradients: LanguageModelHead.Gradients, on compute: Compute
  ) -> [Double] {
    step.batches.flatMap { batch in
      let rows = predictions(of: batch, step, on: compute)
      let losses = decoder.head.lossGradient(
        rows, targets: batch.targets, factor: step.lossFactor, predictions: batch.predictions,
        logits: logits(for: batch), addingTo: gradients, on: compute)
      compute.scatterRows(rows, batch.predictingRows, into: gradient(step, batch))
      return batch.sampleLosses(losses)
    }
  }

  /// Back through one block; the one after it comes first.
  ///
  /// - Parameters:
  ///   - layer: Which block.
  ///   - step: As in `forward`.
  ///   - needsInputGradient: Whether anything below the block is trained.
  ///   - sink: Takes the gradients of its weights.
  ///   - compute: Where to compute.
  public func backward(
    _ layer: Int, _ step: TrainingStep, needsInputGradient: Bool = true,
    into sink: some WeightGradientSink, on compute: Compute
  ) {
    let block = decoder.block(layer, rotary: rotary)
    for batch in step.batches {
      let (input, state) = (stream(layer, step, batch), state(layer, step, batch))
      if layer < firstKeptLayer {
        block.prepare(
          input, state: state, workspace: workspace, samples: batch.samples,
          dropout: place(of: batch, step), on: compute)
      }
      block.backward(
        input, gradient: gradient(step, batch), state: state, workspace: workspace,
        samples: batch.samples, needsInputGradient: needsInputGradient,
        dropout: place(of: batch, step), into: sink, on: compute)
    }
  }

  /// The gradient of the output of the block that comes next on the way back, `[T, D]`; of the
  /// embedding's rows after the first block.
  public func gradient(_ step: TrainingStep, _ batch: TrainingBatch) -> MatrixView {
    rows(of: gradientRoom.matrix(step.tokenCount, configuration.hiddenSize), batch)
  }

  // MARK: - Memory

  private var layerCount: Int { configuration.layerCount }

  private func stream(_ layer: Int, _ step: TrainingStep, _ batch: TrainingBatch) -> MatrixView {
    rows(of: streams[layer].matrix(step.tokenCount, configuration.hiddenSize), batch)
  }

  private func rows(of matrix: MatrixView, _ batch: TrainingBatch) -> MatrixView {
    matrix.rows(batch.firstToken..<batch.firstToken + batch.tokens.count)
  }

  /// Which numbers dropout draws for a batch; nil where no backward pass follows.
  private func place(of batch: TrainingBatch, _ step: TrainingStep) -> DropoutPlace? {
    drops ? DropoutPlace(step: step.index, firstToken: batch.firstToken) : nil
  }

  private func state(_ layer: Int, _ step: TrainingStep, _ batch: TrainingBatch) -> BlockState {
    let perToken = elementsPerToken
    guard layer >= firstKeptLayer else {
      return BlockState(
        configuration, tokens: batch.tokens.count,
        buffer: passingState.buffer(batch.tokens.count * perToken),
        lowRankOutputs: lowRankOutputs)
    }
    return BlockState(
      configuration, tokens: batch.tokens.count,
      buffer: states[layer].buffer(step.tokenCount * perToken),
      offset: batch.firstToken * perToken, lowRankOutputs: lowRankOutputs)
  }

  /// The last hidden states of the rows that predict.
  private func predictions(
    of batch: TrainingBatch, _ step: TrainingStep, on compute: Compute
  ) -> MatrixView {
    let rows = predictionRoom.matrix(batch.targets.count, configuration.hiddenSize)
    compute.gatherRows(stream(layerCount, step, batch), batch.predictingRows, into: rows)
    return rows
  }

  private func logits(for batch: TrainingBatch) -> MatrixView {
    logitRoom.matrix(
      min(memory.logitRows, batch.targets.count), configuration.vocabularySize)
  }

  private func prepareRoom(for step: TrainingStep) {
    let widest = step.batches.map(\.tokens.count).max() ?? 0
    if widest > workspaceTokens {
      workspace = BlockWorkspace(configuration, tokens: widest)
      workspaceTokens = widest
    }
    let longest = step.batches.flatMap(\.samples).map(\.count).max() ?? 0
    if longest > rotary.positionCount {
      rotary = decoder.rotaryEmbedding(positionCount: longest)
    }
  }

  /// Memory that grows to what is asked of it and is then kept; its content is arbitrary.
  private final class Room {
    private var held = FloatBuffer(count: 0)

    func buffer(_ count: Int) -> FloatBuffer {
      if held.count < count { held = FloatBuffer(count: count) }
      return held
    }

    func matrix(_ rows: Int, _ columns: Int) -> MatrixView {
      MatrixView(buffer(rows * columns), rows: rows, columns: columns)
    }
  }
}
