// SPDX-License-Identifier: Apache-2.0

/// Which matrices of a layer are meant: `--target-module`.
public enum TargetModule: String, Sendable, CaseIterable {
  /// The feed-forward network, the default of the paper's command.
  case feedForward = "mlp"
  /// The attention.
  case selfAttention = "self_attn"
  /// The matrices of the attention and of the feed-forward network.
  case all

  /// Whether a matrix is meant.
  public func contains(_ name: MatrixName) -> Bool {
    switch self {
    case .all: true
    case .feedForward: name.projection.module == .feedForward
    case .selfAttention: name.projection.module == .selfAttention
    }
  }

  /// Whether every matrix that `other` means is meant too.
  public func contains(_ other: TargetModule) -> Bool { self == .all || self == other }
}
