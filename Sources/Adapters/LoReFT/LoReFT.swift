// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINKernels
import SPINStorage
public import SPINTransformer

/// A LoReFT adapter: low-rank changes of the hidden states after some blocks, at the first and last
/// tokens of each prompt.
///
///     let adapter = try LoReFT(path: "adapter")
///     let edited = try adapter.edited(model.decoder)      // computes with the changes
///
/// It cannot be merged into the weights of a model: it acts at some tokens and not at others.
///
/// - Source: Wu et al. 2024, arXiv:2404.03592; pyreft dafd099.
public struct LoReFT: Sendable, Equatable {
  /// One trained intervention.
  public struct Intervention: Sendable, Equatable {
    /// `rotate_layer` `[D, r]`, row by row: Q, the transpose of the paper's R.
    public let rotateLayer: [Float]
    /// `learned_source.weight` `[r, D]`, row by row: W.
    public let sourceWeight: [Float]
    /// `learned_source.bias` `[r]`: b.
    public let sourceBias: [Float]

    /// Puts the three together.
    public init(rotateLayer: [Float], sourceWeight: [Float], sourceBias: [Float]) {
      self.rotateLayer = rotateLayer
      self.sourceWeight = sourceWeight
      self.sourceBias = sourceBias
    }
  }

  /// What an adapter is, without its numbers.
  public struct Shape: Sendable, Equatable {
    /// The size D of the model's hidden states.
    public let hiddenSize: Int
    /// The number of directions r, less than D.
    public let rank: Int
    /// The blocks after which hidden states are changed, ascending, from 0.
    public let layers: [Int]
    /// The tokens of a prompt that are changed.
    public let positions: PromptPositions
    /// Whether the beginning and the end of a prompt have the same numbers.
    public let sharesWeights: Bool

    /// Describes an adapter.
    ///
    /// - Throws: `SPINError` for a rank that is not between 1 and D - 1, and for layers that are none,
    ///   negative or named twice.
    public init(
      hiddenSize: Int, rank: Int, layers: [Int], positions: PromptPositions, sharesWeights: Bool
    ) throws {
      guard rank >= 1, rank < hiddenSize else {
        throw SPINError(
          .usage, "a rank of \(rank) does not fit hidden states of \(hiddenSize) numbers",
          remedy: "give one between 1 and \(hiddenSize - 1)")
      }
      guard !layers.isEmpty, Set(layers).count == layers.count, layers.allSatisfy({ $0 >= 0 })
      else {
        throw SPINError(
          .usage, "layers \(layers) are not one or more different layers, counted from 0")
      }
      self.hiddenSize = hiddenSize
      self.rank = rank
      self.layers = layers.sorted()
      self.positions = positions
      self.sharesWeights = sharesWeights
    }

    /// How many interventions a layer has: two where both ends of a prompt are changed, each with
    /// numbers of its own.
    public var interventionsPerLayer: Int {
      !sharesWeights && positions.first > 0 && positions.last > 0 ? 2 : 1
    }

    /// What pyvene calls the interventions of a layer: that of the beginning, then that of the end.
    public func keys(layer: Int) -> [String] {
      (0..<interventionsPerLayer).map { "layer_\(layer)_comp_block_output_unit_pos_nunit_1#\($0)" }
    }

    /// Refuses a model that the adapter does not fit.
    ///
    /// - Throws: `SPINError` that says what the model has and what the adapter needs.
    public func check(_ configuration: DecoderConfiguration) throws {
      guard configuration.hiddenSize == hiddenSize else {
        throw SPINError(
          .malformedInput,
          "the adapter changes hidden states of \(hiddenSize) numbers, those of the model have "
            + "\(configuration.hiddenSize)", remedy: "give the model that it was trained on")
      }
      if let layer = layers.last, layer >= configuration.layerCount {
        throw SPINError(
          .malformedInput,
          "the adapter changes layer \(layer), the model has \(configuration.layerCount) layers",
          remedy: "give layers from 0 to \(configuration.layerCount - 1)")
      }
    }
  }

  /// Its layers, positions and rank.
  public let shape: Shape
  /// The probability with which training dropped numbers of a changed state; of no effect afterwards.
  public let dropout: Double
  /// What it was trained on, as it was named; for people.
  public let baseModel: String
  /// The interventions of each layer, in the order of `shape.layers` and `shape.keys`.
  public let interventions: [[Intervention]]

  /// Puts an adapter together.
  ///
  /// - Precondition: The interventions have the shape.
  public init(
    shape: Shape, interventions: [[Intervention]], dropout: Double = 0, baseModel: String = ""
  ) {
    let size = shape.hiddenSize * shape.rank
    precondition(
      interventions.count == shape.layers.count
        && interventions.allSatisfy { layer in
          layer.count == shape.interventionsPerLayer
            && layer.allSatisfy {
              $0.rotateLayer.count == size && $0.sourceWeight.count == size
                && $0.sourceBias.count == shape.rank
            }
        }, "interventions: shape")
    self.shape = shape
    self.interventions = interventions
    self.dropout = dropout
    self.baseModel = baseModel
  }

  /// Numbers that were trained.
  public var parameterCount: Int {
    interventions.joined().count * (2 * shape.hiddenSize + 1) * shape.rank
  }

  /// What a decoder computes with.
  public var computed: Interventions {
    var blocks: [Int: Interventions.Block] = [:]
    for (layer, interventions) in zip(shape.layers, interventions) {
      let made = interventions.map { intervention in
        LowRankIntervention(
          rotation: MatrixView(
            intervention.rotateLayer, rows: shape.hiddenSize, columns: shape.rank),
          source: MatrixView(
            intervention.sourceWeight, rows: shape.rank, columns: shape.hiddenSize),
          bias: FloatBuffer(intervention.sourceBias))
      }
      blocks[layer] = .init(first: made[0], last: made.count > 1 ? made[1] : nil)
    }
    return Interventions(positions: shape.positions, blocks: blocks)
  }
}
