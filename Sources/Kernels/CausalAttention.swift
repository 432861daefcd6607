// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

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
  public func forward(
    query: MatrixView, key: MatrixView, value: MatrixView, output: MatrixView,
    samples: [Range<Int>], on compute: Compute
  ) {
    check(query, key, value, output)
    let tasks = Task.all(samples, heads: keyValueHeadCount)
    let layout = ScratchLayout(self, longest: tasks.first?.rows.count ?? 0, compute: compute)
    let scratch = unsafe compute.perWorker(layout.forwardCount)
    compute.forEach(tasks.count) { worker, index in
      let task = tasks[index]
      let group = unsafe Group(
        attention: self, kernels: compute.kernels, task: task, layout: layout,
        scratch: scratch[worker], query: query, key: key, value: value)
      group.packForward()
      for head in group.queryHeads {
        for block in group.queryBlocks {
          // A head of a long sequence takes seconds.
          guard !compute.abandons(worker) else { return }
          group.probabilities(head: head, block: block)
          group.output(block: block, into: output, column: head * headSize)
        }
      }
    }
  }

  /// dq, dk and dv of the above.
  ///
  /// - Parameters:
  ///   - outputGradient: do, `[T, H * E]`.
  ///   - queryGradient: `[T, H * E]`, overwritten at the rows of the samples; so are the others.
  ///   - keyGradient: `[T, K * E]`.
  ///   - valueGradient: `[T, K * E]`.
  public func backward(
    query: MatrixView, key: MatrixView, value: MatrixView, outputGradient: MatrixView,
    queryGradient: MatrixView, keyGradient: MatrixView, valueGradient: MatrixView,
    samples: [Range<Int>], on compute: Compute
  ) {
    check(query, key, value, outputGradient)
    check(queryGradient, keyGradient, valueGradient, outputGradient)
    let tasks = Task.all(samples, heads: keyValueHeadCount)
    let layout = ScratchLayout(self, longest: tasks.first?.rows.count ?? 0, compute: compute)
    let scratch = unsafe compute.perWorker(layout.backwardCount)
    compute.forEach(tasks.count) { worker, index in
      let task = tasks[index]
      let group = unsafe Group(
        attention: self, kernels: compute.kernels, task: task, layout: layout,
        scratch: scratch[worker], query: query, key: key, value: value)
      group.packBackward()
      let column = task.head * headSize
      for row in task.rows {
        unsafe (keyGradient.pointer(row: row) + column).update(repeating: 0, count: headSize)
        unsafe (valueGradient.pointer(row: row) + column).update(repeating: 0, count: headSize)
      }
      for head in group.queryHeads {
        for block in group.queryBlocks {
          // A head of a long sequence takes seconds.
          guard !compute.abandons(worker) else { return }
          group.probabilities(head: head, block: block)
          group.addValueGradient(
            head: head, block: block, outputGradient: outputGradient, into: valueGradient)
          group.scoreGradient(head: head, block: block, outputGradient: outputGradient)
          group.queryGradient(head: head, block: block, into: queryGradient)
          group.addKeyGradient(head: head, block: block, into: keyGradient)
        }
      }
    }
  }

  private func check(
    _ query: MatrixView, _ key: MatrixView, _ value: MatrixView, _ output: MatrixView
  ) {
    precondition(query.columns == headCount * headSize, "query: shape")
    precondition(output.columns == headCount * headSize, "output: shape")
    precondition(key.columns == keyValueHeadCount * headSize, "key: shape")
    precondition(value.columns == keyValueHeadCount * headSize, "value: shape")
  }

  /// One key/value head of one sample: what a thread works on at a time.
  struct Task {
    let rows: Range<Int>
    let head: Int

    /// Longest samples first, so that threads end together.
    static func all(_ samples: [Range<Int>], heads: Int) -> [Task] {
      samples.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        .flatMap { rows in (0..<heads).map { Task(rows: rows, head: $0) } }
    }
  }
}
