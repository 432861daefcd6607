// SPDX-License-Identifier: Apache-2.0

/// Causal attention with grouped key/value heads and an optional sliding window.
///
/// In each query head, with the key/value head of its group, token i attends to the tokens j of its
/// sample with i - window < j <= i:
///
///     p_i = softmax over j of (scale * q_i . k_j),   o_i = sum over j of p_ij v_j
///
/// and in the backward pass
///
///     dv_j = sum over i of p_ij do_i
///     ds_ij = scale * p_ij * (do_i . v_j - sum over l of p_il do_i . v_l)
///     dq_i = sum over j of ds_ij k_j,   dk_j = sum over i of ds_ij q_i
///
/// Probabilities are computed for 96 queries at a time, and recomputed in the backward pass, so
/// that memory grows linearly with the length of a sample, not quadratically.
///
/// - Source: Vaswani et al. 2017; Ainslie et al. 2023 (grouped queries); Jiang et al. 2023, Mistral
///   (sliding window). The convention is that of `eager_attention_forward` in transformers.
public struct CausalAttention: Sendable {
  /// The number of query heads, H.
  public let headCount: Int
  /// The number of key/value heads, K, a divisor of H.
  public let keyValueHeadCount: Int
  /// The size of a head, E.
  public let headSize: Int
  /// The number of tokens that a token attends to, itself included; nil for itself and all before
  /// it.
  public let window: Int?
  /// The factor of query-key products, 1 / sqrt(E).
  public let scale: Float

  /// Attention of a given shape; traps unless `headCount` is a multiple of `keyValueHeadCount`.
  public init(headCount: Int, keyValueHeadCount: Int, headSize: Int, window: Int? = nil) {
    precondition(headCount % keyValueHeadCount == 0, "heads do not form groups")
    precondition(window.map { $0 > 0 } ?? true, "window must be positive")
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.window = window
    scale = 1 / Float(headSize).squareRoot()
  }

  /// Computes o (see the formulas of the type).
  ///
  /// - Parameters:
  ///   - query: `[T, H * E]`.
  ///   - key: `[T, K * E]`.
  ///   - value: `[T, K * E]`.
  ///   - output: `[T, H * E]`, overwritten at the rows of the samples.
  ///   - samples: The rows of each sample.
  ///   - device: Where to compute.
  public func forward(
    query: MatrixView, key: MatrixView, value: MatrixView, output: MatrixView,
    samples: [Range<Int>], on device: any Device
  ) {
    check(query, key, value, output)
    device.attend(
      self, query: query, key: key, value: value, output: output, samples: samples)
  }

  /// Computes dq, dk and dv (see the formulas of the type).
  ///
  /// - Parameters:
  ///   - query: `[T, H * E]`, as in the forward pass, like `key` and `value`.
  ///   - key: `[T, K * E]`.
  ///   - value: `[T, K * E]`.
  ///   - outputGradient: do, `[T, H * E]`.
  ///   - queryGradient: `[T, H * E]`, overwritten at the rows of the samples, like the other two
  ///     gradients.
  ///   - keyGradient: `[T, K * E]`.
  ///   - valueGradient: `[T, K * E]`.
  ///   - samples: The rows of each sample.
  ///   - device: Where to compute.
  public func backward(
    query: MatrixView, key: MatrixView, value: MatrixView, outputGradient: MatrixView,
    queryGradient: MatrixView, keyGradient: MatrixView, valueGradient: MatrixView,
    samples: [Range<Int>], on device: any Device
  ) {
    check(query, key, value, outputGradient)
    check(queryGradient, keyGradient, valueGradient, outputGradient)
    device.attendGradient(
      self, query: query, key: key, value: value, outputGradient: outputGradient,
      queryGradient: queryGradient, keyGradient: keyGradient, valueGradient: valueGradient,
      samples: samples)
  }

  /// The cached keys and values of one sequence, whose newest position attends to all positions.
  public struct Context: Sendable {
    /// The keys of positions 0 to n - 1, the newest last, `[n, K * E]`.
    public let key: MatrixView
    /// The values of the same positions, `[n, K * E]`.
    public let value: MatrixView

    /// A sequence of n positions; traps unless both matrices have the same shape and stride and at
    /// least one row.
    public init(key: MatrixView, value: MatrixView) {
      precondition(key.rows == value.rows && key.columns == value.columns, "value: shape")
      precondition(key.stride == value.stride && key.rows > 0, "value: layout")
      self.key = key
      self.value = value
    }
  }

  /// Computes the attention of the newest position of several sequences.
  ///
  /// A score is summed in sixteen partial sums, an output over positions in order. The result for a
  /// sequence does not depend on the other sequences.
  ///
  /// - Parameters:
  ///   - query: `[B, H * E]`, one row per sequence.
  ///   - contexts: The B sequences, each with the keys and values of its newest position.
  ///   - output: `[B, H * E]`, overwritten.
  ///   - device: Where to compute.
  public func decode(
    query: MatrixView, contexts: [Context], output: MatrixView, on device: any Device
  ) {
    precondition(query.rows == contexts.count && output.rows == query.rows, "query: rows")
    precondition(query.columns == headCount * headSize, "query: shape")
    precondition(output.columns == query.columns, "output: shape")
    precondition(
      contexts.allSatisfy { $0.key.columns == keyValueHeadCount * headSize }, "contexts: shape")
    device.attendNewest(self, query: query, contexts: contexts, output: output)
  }

  private func check(
    _ query: MatrixView, _ key: MatrixView, _ value: MatrixView, _ output: MatrixView
  ) {
    precondition(query.columns == headCount * headSize, "query: shape")
    precondition(output.columns == headCount * headSize, "output: shape")
    precondition(key.columns == keyValueHeadCount * headSize, "key: shape")
    precondition(value.columns == keyValueHeadCount * headSize, "value: shape")
  }
}
