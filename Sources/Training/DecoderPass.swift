// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
public import SPINKernels
import SPINStorage
public import SPINTransformer

/// All samples of a step through a decoder and back, block by block.
///
/// The residual stream between blocks is stored; what a block computes is stored as far as memory allows,
/// the last blocks first since they are needed first, and computed again otherwise, to the same
/// bits. Memory is reused from step to step.
public final class DecoderPass {
  /// The model.
  public let decoder: Decoder
  private let memory: Memory
  /// Whose memory is used.
  private let device: any Device
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
  private let gradientRoom: Room
  private let predictionRoom: Room
  private let logitRoom: Room
  /// As wide as the widest batch so far.
  private var walk: DecoderWalk
  private var widest = 0
  private var longest = 0
  /// Blocks before this one compute their states again.
  private var firstKeptLayer = 0
  private let lowRankOutputs: [MatrixName.Projection]
  private let elementsPerToken: Int
  /// Whether the present pass is one of training, in which dropout drops.
  private var drops = false

  /// Prepares passes through a decoder, whose weights may change between them.
  ///
  /// - Parameters:
  ///   - decoder: The model.
  ///   - memory: How much is kept.
  ///   - device: In whose memory.
  public init(_ decoder: Decoder, memory: Memory, on device: any Device) {
    precondition(decoder.interventions == nil, "gradients know no interventions")
    self.device = device
    self.decoder = decoder
    self.memory = memory
    let configuration = decoder.configuration
    lowRankOutputs = decoder.lowRankOutputs
    elementsPerToken = BlockState.elementsPerToken(
      configuration, lowRankOutputs: decoder.lowRankOutputs)
    streams = (0...configuration.layerCount).map { _ in Room(device) }
    states = (0..<configuration.layerCount).map { _ in Room(device) }
    walk = DecoderWalk(decoder, tokens: 0, longest: 0, on: device)
    gradientRoom = Room(device)
    (predictionRoom, logitRoom) = (Room(device), Room(device))
  }

  /// Forward through all blocks.
  ///
  /// - Parameter keepsStates: Whether a backward pass follows.
  public func forward(
    _ step: TrainingStep, keepsStates: Bool = true, on device: any Device
  ) throws {
    prepareRoom(for: step)
    let perLayer = 4 * step.tokenCount * elementsPerToken
    drops = keepsStates
    let keptLayers = keepsStates ? min(memory.keptStateBytes / max(1, perLayer), layerCount) : 0
    firstKeptLayer = layerCount - keptLayers
    try walk.forward(
      0..<layerCount, step.batches.map { walked($0, step) },
      through: Streams(pass: self, step: step),
      state: { layer, index in keptState(layer, step, step.batches[index]) })
  }

  /// The sum of the losses of each sample, after `forward`.
  public func losses(_ step: TrainingStep, on device: any Device) -> [Double] {
    step.batches.flatMap { batch in
      let rows = predictions(of: batch, step, on: device)
      return batch.sampleLosses(
        decoder.head.losses(
          rows, targets: batch.targets, logits: logits(for: batch), on: device))
    }
  }

  /// The losses, and the gradient of their sum times `step.lossFactor` back to the last block.
  ///
  /// - Parameter gradients: Where the gradients of the head's own weights are added.
  /// - Returns: The sum of the losses of each sample.
  public func backwardHead(
    _ step: TrainingStep, addingTo gradients: LanguageModelHead.Gradients, on device: any Device
  ) -> [Double] {
    step.batches.flatMap { batch in
      let rows = predictions(of: batch, step, on: device)
      let losses = decoder.head.lossGradient(
        rows, targets: batch.targets, factor: step.lossFactor, predictions: batch.predictions,
        logits: logits(for: batch), addingTo: gradients, on: device)
      device.scatterRows(rows, batch.predictingRows, into: gradient(step, batch))
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
  ///   - device: Where to compute.
  public func backward(
    _ layer: Int, _ step: TrainingStep, needsInputGradient: Bool = true,
    into sink: some WeightGradientSink, on device: any Device
  ) throws {
    for batch in step.batches {
      try walk.backward(
        layer, walked(batch, step), input: stream(layer, step, batch),
        gradient: gradient(step, batch), kept: keptState(layer, step, batch),
        needsInputGradient: needsInputGradient, into: sink)
    }
  }

  /// The gradient of the output of the block that comes next in the backward pass, `[T, D]`; of the
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

  private func walked(_ batch: TrainingBatch, _ step: TrainingStep) -> DecoderWalk.Chunk {
    DecoderWalk.Chunk(
      batch.tokens, from: batch.firstToken, rows: .samples(batch.samples), prompts: nil,
      dropout: place(of: batch, step))
  }

  /// Memory for what a block leaves of a batch; nil where it is computed again.
  private func keptState(
    _ layer: Int, _ step: TrainingStep, _ batch: TrainingBatch
  ) -> BlockState? {
    guard layer >= firstKeptLayer else { return nil }
    return BlockState(
      configuration, tokens: batch.tokens.count,
      buffer: states[layer].buffer(step.tokenCount * elementsPerToken),
      offset: batch.firstToken * elementsPerToken, lowRankOutputs: lowRankOutputs)
  }

  /// The streams before each block, and after the last, in memory.
  private struct Streams: StreamStore {
    let pass: DecoderPass
    let step: TrainingStep

    func input(of layer: Int, _ tokens: Range<Int>) -> MatrixView { rows(layer, tokens) }
    func output(of layer: Int, _ tokens: Range<Int>) -> MatrixView { rows(layer + 1, tokens) }
    func keep(outputOf layer: Int, _ tokens: Range<Int>, _ rows: MatrixView) {}

    private func rows(_ layer: Int, _ tokens: Range<Int>) -> MatrixView {
      pass.streams[layer].matrix(step.tokenCount, pass.configuration.hiddenSize).rows(tokens)
    }
  }

  /// The last hidden states of the rows that predict.
  private func predictions(
    of batch: TrainingBatch, _ step: TrainingStep, on device: any Device
  ) -> MatrixView {
    let rows = predictionRoom.matrix(batch.targets.count, configuration.hiddenSize)
    device.gatherRows(stream(layerCount, step, batch), batch.predictingRows, into: rows)
    return rows
  }

  private func logits(for batch: TrainingBatch) -> MatrixView {
    logitRoom.matrix(
      min(memory.logitRows, batch.targets.count), configuration.vocabularySize)
  }

  private func prepareRoom(for step: TrainingStep) {
    let widest = max(widest, step.batches.map(\.tokens.count).max() ?? 0)
    let longest = max(longest, step.batches.flatMap(\.samples).map(\.count).max() ?? 0)
    guard widest > self.widest || longest > self.longest else { return }
    // The old memory goes before the new is there.
    walk = DecoderWalk(decoder, tokens: 0, longest: 0, on: device)
    walk = DecoderWalk(decoder, tokens: widest, longest: longest, on: device)
    (self.widest, self.longest) = (widest, longest)
  }

  /// Memory that grows to the requested size and is then reused; its content is arbitrary.
  private final class Room {
    private let device: any Device
    private var held: FloatBuffer

    init(_ device: any Device) {
      self.device = device
      held = device.buffer(count: 0)
    }

    func buffer(_ count: Int) -> FloatBuffer {
      if held.count < count { held = device.buffer(count: count) }
      return held
    }

    func matrix(_ rows: Int, _ columns: Int) -> MatrixView {
      MatrixView(buffer(rows * columns), rows: rows, columns: columns)
    }
  }
}
