// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
public import SPINKernels
public import SPINStorage
public import SPINTransformer

/// All weights of a decoder as parameters, Float32 in memory.
///
///     let model = try FullModel(ModelDirectory(path: "Qwen2-0.5B"), memory: plan.model, on: device)
///
/// Groups are the head's, the blocks' and the embedding's; where head and embedding are one matrix,
/// its gradient is the head's with the embedding's added to it, row by row.
public final class FullModel: TrainableModel {
  /// The model in its present state.
  public let decoder: Decoder
  /// The embedding, the blocks in order, the head.
  public let groups: [ParameterGroup]
  /// Whether every group's gradient has memory of its own.
  public let keepsGradients: Bool

  /// The device whose memory holds everything.
  let device: any Device
  private let tensors: DecoderTensors
  private let sinks: [BlockGradients]
  private let pass: DecoderPass

  /// What decides speed and memory, and no bit of a result.
  public struct Memory: Sendable, Hashable {
    /// Whether the gradients of all blocks are in memory together.
    public var keepsGradients: Bool
    /// What activations may take.
    public var pass: DecoderPass.Memory

    /// What training may keep in memory.
    public init(keepsGradients: Bool, pass: DecoderPass.Memory) {
      self.keepsGradients = keepsGradients
      self.pass = pass
    }
  }

  /// A model whose values come from anywhere.
  ///
  /// - Parameters:
  ///   - configuration: Its shape.
  ///   - memory: Room for training.
  ///   - device: The device whose memory holds everything.
  ///   - fill: Writes the values of a tensor of a name into memory; called in a fixed order.
  public init(
    _ configuration: DecoderConfiguration, memory: Memory, on device: any Device,
    fill: @escaping (DecoderTensor, FloatBuffer) throws -> Void
  ) throws {
    keepsGradients = memory.keepsGradients
    self.device = device
    let tensors = try DecoderTensors(
      configuration, keepsGradients: memory.keepsGradients, on: device, fill: fill)
    self.tensors = tensors
    groups = tensors.groups
    decoder = Decoder(configuration: configuration, weights: tensors.weights)
    sinks = tensors.blocks.map { BlockGradients($0) }
    pass = DecoderPass(decoder, memory: memory.pass, on: device)
  }

  /// Forward and backward through head, blocks and embedding; see `TrainableModel`.
  public func pass(
    _ step: TrainingStep, on device: any Device, onComplete: (ParameterGroup) throws -> Void
  ) throws -> [Double] {
    try pass.forward(step, on: device)
    let losses = pass.backwardHead(
      step,
      addingTo: .init(
        projection: tensors.headGradient, finalNorm: tensors.finalNorm.gradient), on: device)
    try onComplete(tensors.headGroup)
    for layer in tensors.blocks.indices.reversed() {
      try pass.backward(layer, step, into: sinks[layer], on: device)
      try onComplete(tensors.blocks[layer].group)
    }
    for batch in step.batches {
      device.addRows(
        pass.gradient(step, batch), batch.tokens, to: tensors.embeddingGradient)
    }
    try onComplete(tensors.embeddingGroup)
    return losses
  }

  /// Forward alone; see `TrainableModel`.
  public func losses(of step: TrainingStep, on device: any Device) throws -> [Double] {
    try pass.forward(step, keepsStates: false, on: device)
    return pass.losses(step, on: device)
  }
}

/// Where the gradients of one block are added.
private struct BlockGradients: WeightGradientSink {
  private let matrices: [MatrixName.Projection: MatrixView]
  private let vectors: [BlockVector: FloatBuffer]

  init(_ block: DecoderTensors.Block) {
    matrices = block.matrices.mapValues { parameter in
      MatrixView(parameter.gradient, rows: parameter.shape[0], columns: parameter.shape[1])
    }
    vectors = block.vectors.mapValues(\.gradient)
  }

  func wants(_ projection: MatrixName.Projection) -> Bool { true }

  func gradient(of vector: BlockVector) -> FloatBuffer? { vectors[vector] }

  func add(
    _ input: MatrixView, _ gradients: [(MatrixName.Projection, MatrixView)],
    samples: [Range<Int>], on device: any Device
  ) {
    let terms = gradients.compactMap { projection, gradient in
      matrices[projection].map { (outputGradient: gradient, accumulator: $0) }
    }
    device.addWeightGradients(input, terms, samples: samples, as: .signed)
  }
}
