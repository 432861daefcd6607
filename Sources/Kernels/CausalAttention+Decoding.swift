// SPDX-License-Identifier: Apache-2.0

import CKernels

extension CausalAttention {
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
  public func decode(
    query: MatrixView, contexts: [Context], output: MatrixView, on compute: Compute
  ) {
    precondition(query.rows == contexts.count && output.rows == query.rows, "query: rows")
    precondition(query.columns == headCount * headSize, "query: shape")
    precondition(output.columns == query.columns, "output: shape")
    precondition(
      contexts.allSatisfy { $0.key.columns == keyValueHeadCount * headSize }, "contexts: shape")
    let group = headCount / keyValueHeadCount
    let kernels = unsafe compute.kernels
    let scratch = unsafe compute.perWorker(group * (contexts.map(\.key.rows).max() ?? 0))
    compute.forEach(contexts.count * keyValueHeadCount) { worker, task in
      let (row, head) = task.quotientAndRemainder(dividingBy: keyValueHeadCount)
      let context = contexts[row]
      let low = window.map { max(0, context.key.rows - $0) } ?? 0
      let column = head * group * headSize
      unsafe kernels.attend(
        query.pointer(row: row) + column, group, headSize, context.key.pointer() + head * headSize,
        context.value.pointer() + head * headSize, context.key.stride, low, context.key.rows, scale,
        scratch[worker], output.pointer(row: row) + column)
    }
  }
}
