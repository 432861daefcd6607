// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
public import SPINDecoderNames
import SPINErrors
import SPINJSON
public import SPINKernels
import SPINStorage

/// A decoder-only language model, read from a Hugging Face checkpoint.
///
///     let decoder = try Decoder(directory: ModelDirectory(path: "Qwen2-0.5B"))
///     let logits = decoder.logits(of: [1, 2, 3], on: CPUDevice(threadCount: 2))
///
/// Weights stay in the mapped file in the precision in which they are stored; arithmetic is Float32.
public struct Decoder: Sendable {
  /// The shape of the model.
  public let configuration: DecoderConfiguration
  /// The weights of the model.
  public private(set) var weights: DecoderWeights
  /// Low-rank updates of its blocks, one for each, while they are trained; nil for none.
  public private(set) var lowRank: [LowRankBlock]?
  /// What is changed behind its blocks; nil for the model as it is.
  public internal(set) var interventions: Interventions?

  /// Warnings about configuration and tensors, as sentences.
  public var warnings: [String] { configuration.warnings + weights.warnings }

  /// Reads `config.json` and finds every tensor it asks for.
  ///
  /// - Throws: `SPINError` for a model of another kind, a contradictory configuration, or a tensor
  ///   that is missing, unexpected or of another shape.
  public init(directory: ModelDirectory) throws {
    let path = directory.path + "/config.json"
    let bytes = try MappedFile(path: path)
    let json = try JSON(parsing: bytes.bytes(0..<bytes.byteCount), path: path)
    guard let config = json.object else {
      throw SPINError(.configuration, at: path, "is not a JSON object")
    }
    var configuration = try DecoderConfiguration(config)
    weights = try DecoderWeights(directory, configuration)
    configuration.tiesWordEmbeddings = weights.tiesWordEmbeddings
    self.configuration = configuration
  }

  /// A model from its parts.
  public init(configuration: DecoderConfiguration, weights: DecoderWeights) {
    precondition(weights.blocks.count == configuration.layerCount, "weights: blocks")
    self.configuration = configuration
    self.weights = weights
  }

  /// The same model with the weights of another mapping of its checkpoint, such as an edited one.
  ///
  /// - Throws: `SPINError` as `DecoderWeights` does.
  public func replacingWeights(by directory: ModelDirectory) throws -> Decoder {
    var result = self
    result.weights = try DecoderWeights(directory, configuration)
    return result
  }

  /// The same model with low-rank changes, one for each block.
  ///
  /// Only passes over whole samples apply them; to generate text, merge them.
  public func adding(_ lowRank: [LowRankBlock]) -> Decoder {
    precondition(lowRank.count == configuration.layerCount, "lowRank: blocks")
    var result = self
    result.lowRank = lowRank
    return result
  }

  /// The layers whose low-rank changes keep an output in the states of blocks.
  public var lowRankOutputs: [MatrixName.Projection] {
    MatrixName.Projection.allCases.filter { projection in
      lowRank?.contains { $0.layers[projection]?.magnitude != nil } ?? false
    }
  }

  /// The angles of positions below `positionCount`.
  public func rotaryEmbedding(positionCount: Int) -> RotaryEmbedding {
    RotaryEmbedding(
      frequencies: configuration.rope.frequencies(headSize: configuration.headSize),
      positionCount: positionCount)
  }

  /// A block, ready to compute.
  public func block(_ layer: Int, rotary: RotaryEmbedding) -> DecoderBlock {
    DecoderBlock(
      configuration, weights: weights.blocks[layer], layer: layer, rotary: rotary,
      lowRank: lowRank?[layer])
  }

  /// The computation from the last hidden state to logits.
  public var head: LanguageModelHead {
    LanguageModelHead(configuration: configuration, weights: weights)
  }

  /// Fills `[T, D]` with the embeddings of T tokens.
  public func embed(_ tokens: [Int32], into hidden: MatrixView, on device: any Device) {
    device.gatherRows(weights.embedding, tokens, into: hidden)
  }

  /// Logits `[T, V]` at every position of one sequence.
  ///
  /// - Parameters:
  ///   - tokens: The sequence.
  ///   - promptLength: How many of its tokens are prompt, for `interventions`; nil for all.
  ///   - device: Where to compute.
  public func logits(
    of tokens: [Int32], promptLength: Int? = nil, on device: any Device
  ) -> MatrixView {
    head.logits(hiddenStates(of: tokens, promptLength: promptLength, on: device), on: device)
  }

  /// The residual stream `[T, D]` after the last block, or after the first `depth` of them.
  ///
  /// - Parameters:
  ///   - tokens: The sequence.
  ///   - depth: How many blocks.
  ///   - promptLength: How many of its tokens are prompt, for `interventions`; nil for all.
  ///   - device: Where to compute.
  public func hiddenStates(
    of tokens: [Int32], depth: Int? = nil, promptLength: Int? = nil, on device: any Device
  ) -> MatrixView {
    let hidden = device.matrix(rows: tokens.count, columns: configuration.hiddenSize)
    let walk = DecoderWalk(self, tokens: tokens.count, longest: tokens.count, on: device)
    let layers = 0..<(depth ?? configuration.layerCount)
    if layers.isEmpty { embed(tokens, into: hidden, on: device) }
    let chunk = DecoderWalk.Chunk(tokens, rows: .samples([0..<tokens.count])) {
      InterventionRows($0, prompts: [0..<(promptLength ?? tokens.count)])
    }
    // A stream in memory and no hook: nothing throws.
    do { try walk.forward(layers, [chunk], through: PassingStream(hidden)) } catch {
      preconditionFailure("a walk in memory failed: \(error)")
    }
    return hidden
  }
}
