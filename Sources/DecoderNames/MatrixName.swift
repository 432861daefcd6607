// SPDX-License-Identifier: Apache-2.0

/// The position of an edited matrix in the decoder: its layer and its projection.
///
/// These seven projections of every decoder layer are all that SPIN scores and edits; embedding,
/// norms, biases and the output head are not among them. The families spell them alike, as
/// `model.layers.3.mlp.up_proj.weight`.
public struct MatrixName: Sendable, Hashable {
  /// How many layers a decoder may have; a name with a larger number is none of a matrix.
  ///
  /// Models that are known have up to 126.
  public static let layerLimit = 4_096

  /// The layer, counted from 0.
  public let layer: Int
  /// Which linear map of the layer.
  public let projection: Projection

  /// The matrix of a projection in a layer.
  public init(layer: Int, projection: Projection) {
    self.layer = layer
    self.projection = projection
  }

  /// Reads the name of a tensor, nil where it is none of the edited matrices.
  public init?(tensor: String) {
    let parts = tensor.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard parts.count == 6, parts[0] == "model", parts[1] == "layers", parts[5] == "weight",
      let layer = Int(parts[2]), 0..<Self.layerLimit ~= layer, String(layer) == parts[2],
      let projection = Projection(rawValue: String(parts[4])),
      projection.module.rawValue == parts[3]
    else { return nil }
    self.init(layer: layer, projection: projection)
  }

  /// Reads the name of a tensor as any checkpoint that is read has it: that of a bare decoder, as
  /// `AutoModel` saves it, goes without `model.`.
  public init?(stored tensor: String) {
    self.init(tensor: tensor.hasPrefix("layers.") ? "model." + tensor : tensor)
  }

  /// The name of the tensor in a checkpoint of a language model; see `ModelDirectory.entry(named:)`.
  public var tensor: String {
    "model.layers.\(layer).\(projection.module.rawValue).\(projection.rawValue).weight"
  }

  /// A linear map of a decoder layer, in the order in which a layer applies them.
  public enum Projection: String, Sendable, CaseIterable {
    /// The query projection.
    case query = "q_proj"
    /// The key projection.
    case key = "k_proj"
    /// The value projection.
    case value = "v_proj"
    /// The output of the attention.
    case output = "o_proj"
    /// The gate of the feed-forward network.
    case gate = "gate_proj"
    /// The widening map of the feed-forward network.
    case up = "up_proj"
    /// The narrowing map of the feed-forward network.
    case down = "down_proj"

    /// The half of the layer that it belongs to.
    public var module: Module {
      switch self {
      case .query, .key, .value, .output: .selfAttention
      case .gate, .up, .down: .feedForward
      }
    }
  }

  /// One of the two halves of a decoder layer.
  public enum Module: String, Sendable, CaseIterable {
    /// The attention.
    case selfAttention = "self_attn"
    /// The feed-forward network.
    case feedForward = "mlp"
  }
}

extension MatrixName: Comparable {
  /// Layers in order, and in a layer the order in which its projections are applied.
  public static func < (left: MatrixName, right: MatrixName) -> Bool {
    (left.layer, left.position) < (right.layer, right.position)
  }

  private var position: Int { Projection.allCases.firstIndex(of: projection) ?? 0 }
}
