// SPDX-License-Identifier: Apache-2.0

/// Causal attention with grouped key/value heads and an optional sliding window.
///
/// For query head h of group g, token i attends to tokens j of its sample with
/// i - window < j <= i:
///
///     p_i = softmax over j of (scale * q_i . k_j),   o_i = sum over j of p_ij v_j
///
/// and backward
///
///     dv_j = sum over i of p_ij do_i
///     ds_ij = scale * p_ij * (do_i . v_j - sum over l of p_il do_i . v_l)
///     dq_i = sum over j of ds_ij k_j,   dk_j = sum over i of ds_ij q_i
///
/// Probabilities are computed for 96 queries at a time, and again in the backward pass, so memory
/// grows with the length of a sample and never with its square.
///
/// - Source: Vaswani et al. 2017; Ainslie et al. 2023 (grouped queries); Jiang et al. 2023, Mistral
///   (sliding window). Same convention as transformers' `eager_attention_forward`.
public struct CausalAttention: Sendable {
  /// Query heads, H.
  public let headCount: Int
  /// Key/value heads, K; a divisor of H.
  public let keyValueHeadCount: Int
  /// Size of a head, E.
  public let headSize: Int
  /// Tokens that a token sees, itself included; nil for all before it.
  public let window: Int?
  /// 1 / sqrt(E).
  public let scale: Float

  /// Attention of a given shape.
  public init(headCount: Int, keyValueHeadCount: Int, headSize: Int, window: Int? = nil) {
    precondition(headCount % keyValueHeadCount == 0, "heads do not form groups")
    precondition(window.map { $0 > 0 } ?? true, "window must be positive")
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.window = window
    scale = 1 / Float(headSize).squareRoot()
  }

  /// o of the above.
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

  /// dq, dk and dv of the above.
  ///
  /// - Parameters:
  ///   - query: `[T, H * E]`, as in the forward pass; so are keys and values.
  ///   - key: `[T, K * E]`.
  ///   - value: `[T, K * E]`.
  ///   - outputGradient: do, `[T, H * E]`.
  ///   - queryGradient: `[T, H * E]`, overwritten at the rows of the samples; so are the others.
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

  /// One sequence whose next position attends to all before it.
  public struct Context: Sendable {
    /// Keys of positions 0 to n, the newest last, `[n, K * E]`.
    public let key: MatrixView
    /// Values of the same positions.
    public let value: MatrixView

    /// A sequence of as many positions as the two have rows.
    public init(key: MatrixView, value: MatrixView) {
      precondition(key.rows == value.rows && key.columns == value.columns, "value: shape")
      precondition(key.stride == value.stride && key.rows > 0, "value: layout")
      self.key = key
      self.value = value
    }
  }

  /// Attention of the newest position of several sequences.
  ///
  /// Scores and outputs are sums over sixteen partial sums and over positions in order; a
  /// sequence's result does not depend on the others.
  ///
  /// - Parameters:
  ///   - query: `[B, H * E]`, one row a sequence.
  ///   - contexts: The B sequences.
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
