// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINKernels
import SPINStorage
import SPINTransformer

/// A tensor of a decoder, as the checkpoint names it.
public struct DecoderTensor: Sendable, Hashable {
  /// What a tensor is, which decides how it begins and whether it decays.
  public enum Kind: Sendable, Hashable {
    /// The matrix of a linear layer.
    case matrix
    /// The embedding, which may also be the output projection.
    case embedding
    /// The gain of a normalization.
    case gain
    /// A bias.
    case bias
  }

  /// The name of the tensor.
  public let name: String
  /// Its sizes, outermost first.
  public let shape: [Int]
  /// The kind of the tensor.
  public let kind: Kind
  /// Its index among all tensors of the model: embedding, blocks, last norm, head.
  public let index: Int

  /// How many numbers it holds.
  public var count: Int { shape.reduce(1, *) }
}

/// All tensors of a decoder as parameters, with memory for values and gradients.
struct DecoderTensors {
  /// Those of one block.
  struct Block {
    let group: ParameterGroup
    let matrices: [MatrixName.Projection: Parameter]
    let vectors: [BlockVector: Parameter]
  }

  let embedding: Parameter
  let blocks: [Block]
  let finalNorm: Parameter
  /// Nil where the embedding is the head.
  let head: Parameter?
  let embeddingGroup: ParameterGroup
  let headGroup: ParameterGroup
  let weights: DecoderWeights

  var groups: [ParameterGroup] { [embeddingGroup] + blocks.map(\.group) + [headGroup] }

  var embeddingGradient: MatrixView { Self.matrix(of: embedding) }
  var headGradient: MatrixView { Self.matrix(of: head ?? embedding) }

  private static func matrix(of parameter: Parameter) -> MatrixView {
    MatrixView(parameter.gradient, rows: parameter.shape[0], columns: parameter.shape[1])
  }

  /// Makes all tensors and fills them.
  ///
  /// - Parameters:
  ///   - configuration: The model's shape.
  ///   - keepsGradients: False where blocks share one gradient's memory, and an embedding
  ///     shares with a head of its own.
  ///   - device: In whose memory.
  ///   - fill: Writes the values of a tensor.
  init(
    _ configuration: DecoderConfiguration, keepsGradients: Bool, on device: any Device,
    fill: @escaping (DecoderTensor, FloatBuffer) throws -> Void
  ) throws {
    var maker = Maker(keepsGradients: keepsGradients, device: device, fill: fill)
    let (v, d) = (configuration.vocabularySize, configuration.hiddenSize)
    let embedding = try maker.parameter(
      TensorName.embedding, [v, d], .embedding, gradientKey: "vocabulary")
    let blocks = try (0..<configuration.layerCount).map {
      try maker.block($0, configuration)
    }
    let finalNorm = try maker.parameter(TensorName.finalNorm, [d], .gain, gradientKey: "norm")
    let head =
      configuration.tiesWordEmbeddings
      ? nil : try maker.parameter(TensorName.head, [v, d], .matrix, gradientKey: "vocabulary")
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
    embeddingGroup = ParameterGroup(name: "embedding", parameters: [embedding])
    headGroup = ParameterGroup(
      name: "head", parameters: [finalNorm] + [head].compactMap(\.self))
    weights = DecoderWeights(
      embedding: Self.weight(embedding),
      blocks: blocks.map { block in
        BlockWeights(
          inputNorm: block.values(.inputNorm), postAttentionNorm: block.values(.postAttentionNorm),
          queryNorm: block.vectors[.queryNorm]?.values, keyNorm: block.vectors[.keyNorm]?.values,
          matrices: block.matrices.mapValues(Self.weight),
          biases: Dictionary(
            uniqueKeysWithValues: MatrixName.Projection.allCases.compactMap { projection in
              block.vectors[.bias(projection)].map { (projection, $0.values) }
            }))
      },
      finalNorm: finalNorm.values, head: head.map(Self.weight))
  }

  private static func weight(_ parameter: Parameter) -> WeightMatrix {
    WeightMatrix(
      name: parameter.name, values: parameter.values, rows: parameter.shape[0],
      columns: parameter.shape[1])
  }
}

extension DecoderTensors.Block {
  fileprivate func values(_ vector: BlockVector) -> FloatBuffer {
    guard let parameter = vectors[vector] else { preconditionFailure("a block lacks \(vector)") }
    return parameter.values
  }
}

/// Makes tensors one after the other.
private struct Maker {
  let keepsGradients: Bool
  let device: any Device
  let fill: (DecoderTensor, FloatBuffer) throws -> Void
  private var count = 0
  private var shared: [String: FloatBuffer] = [:]

  init(
    keepsGradients: Bool, device: any Device,
    fill: @escaping (DecoderTensor, FloatBuffer) throws -> Void
  ) {
    self.device = device
    self.keepsGradients = keepsGradients
    self.fill = fill
  }

  /// - Parameter gradientKey: Tensors of equal keys share their gradient's memory where gradients
  ///   are not kept.
  mutating func parameter(
    _ name: String, _ shape: [Int], _ kind: DecoderTensor.Kind, gradientKey: String
  ) throws -> Parameter {
    let tensor = DecoderTensor(name: name, shape: shape, kind: kind, index: count)
    count += 1
    let values = device.buffer(count: tensor.count)
    try fill(tensor, values)
    let gradient: FloatBuffer
    if !keepsGradients, let existing = shared[gradientKey] {
      gradient = existing
    } else {
      gradient = device.buffer(count: tensor.count)
      shared[gradientKey] = gradient
    }
    return Parameter(
      name: name, shape: shape, values: values, gradient: gradient,
      decays: kind == .matrix || kind == .embedding)
  }

  mutating func block(
    _ layer: Int, _ configuration: DecoderConfiguration
  ) throws -> DecoderTensors.Block {
    let (d, e) = (configuration.hiddenSize, configuration.headSize)
    var ordered: [Parameter] = []
    var matrices: [MatrixName.Projection: Parameter] = [:]
    var vectors: [BlockVector: Parameter] = [:]
    func vector(_ vector: BlockVector, _ count: Int, _ kind: DecoderTensor.Kind) throws {
      let parameter = try parameter(
        vector.tensor(layer: layer), [count], kind, gradientKey: vector.name)
      vectors[vector] = parameter
      ordered.append(parameter)
    }
    try vector(.inputNorm, d, .gain)
    for projection in MatrixName.Projection.allCases {
      let shape = configuration.shape(projection)
      let name = MatrixName(layer: layer, projection: projection).tensor
      let matrix = try parameter(
        name, [shape.rows, shape.columns], .matrix, gradientKey: projection.rawValue)
      matrices[projection] = matrix
      ordered.append(matrix)
      if configuration.hasBias(projection) {
        try vector(.bias(projection), shape.rows, .bias)
      }
    }
    if configuration.hasQueryKeyNorm {
      try vector(.queryNorm, e, .gain)
      try vector(.keyNorm, e, .gain)
    }
    try vector(.postAttentionNorm, d, .gain)
    return DecoderTensors.Block(
      group: ParameterGroup(name: "layer \(layer)", parameters: ordered), matrices: matrices,
      vectors: vectors)
  }
}
