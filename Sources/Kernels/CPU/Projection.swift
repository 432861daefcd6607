// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

/// Linear layers for a few rows at a time, as generating a token needs them.
///
/// Order of sums, and so part of the result: sixteen partial sums, term k in partial sum k mod 16 in
/// increasing k by fused multiply-adds, the last terms padded with zeros; then the tree
/// (s0 + s8), (s1 + s9) ... halving; then the bias. A row's result does not depend on the others.
///
/// - Note: `linear` adds in another order, which suits many rows. A result belongs to one of the two.
extension CPUDevice {
  /// y = x W^T + b for several weights that share the input; each weight is read once, in place.
  ///
  /// - Parameters:
  ///   - input: `[B, K]`.
  ///   - terms: The weights `[N, K]` with their outputs `[B, N]`.
  public func project(_ input: MatrixView, _ terms: [LinearTerm]) {
    guard input.rows > 0 else { return }
    let kernels = unsafe kernels
    var tasks: [(term: LinearTerm, row: Int, count: Int)] = []
    for term in terms {
      precondition(term.weight.columns == input.columns, "weight does not fit the input")
      precondition(term.output.rows == input.rows, "output does not fit the input")
      // Enough bytes to stream, few enough to stay in the second-level cache for all inputs.
      let bytes = term.weight.columns * term.weight.elementType.byteCount
      let rows = max(8, min(Self.projectionBytes / max(1, bytes) / 8 * 8, term.weight.rows))
      tasks += stride(from: 0, to: term.weight.rows, by: rows).map {
        (term, $0, min(rows, term.weight.rows - $0))
      }
    }
    forEach(tasks.count) { _, index in
      let (term, row, count) = tasks[index]
      let bias = unsafe term.bias.map { unsafe UnsafePointer($0.base + row) }
      unsafe kernels.project(
        term.weight.code, term.weight.pointer(row: row), count, input.columns, input.pointer(),
        input.stride, input.rows, bias, term.output.pointer() + row, term.output.stride)
    }
  }

  private static let projectionBytes = 192 << 10
}
