// SPDX-License-Identifier: Apache-2.0

import CKernels
import SPINStorage

/// Linear layers for a few rows at a time, as in generation.
///
/// Order of sums, on which the bits of results depend: sixteen partial sums, with term k in partial
/// sum k mod 16, in increasing k by fused multiply-adds, the last terms padded with zeros; then a
/// tree that begins with (s0 + s8), (s1 + s9) ... and halves the number of sums at each level; then
/// the bias. The result for a row does not depend on the other rows.
///
/// - Note: `linear` adds in another order, which suits many rows; the two differ in the last bits.
extension CPUDevice {
  /// y = x W^T + b for several weights that share the input; each weight is read once, in place.
  ///
  /// - Parameters:
  ///   - input: `[B, K]`.
  ///   - terms: The weights `[N, K]` with their outputs `[B, N]`.
  public func project(_ input: MatrixView, _ terms: [LinearTerm]) {
    guard input.rows > 0 else { return }
    let kernels = unsafe kernels
    // Weights that are read once need only be large enough to stream; where they are read again for
    // further rows of the input, they stay in the second-level cache.
    let block = input.rows <= 2 ? 512 << 10 : 192 << 10
    var tasks: [(term: LinearTerm, row: Int, count: Int)] = []
    for term in terms {
      precondition(term.weight.columns == input.columns, "weight does not fit the input")
      precondition(term.output.rows == input.rows, "output does not fit the input")
      let bytes = term.weight.columns * term.weight.elementType.byteCount
      let rows = max(8, min(block / max(1, bytes) / 8 * 8, term.weight.rows))
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
}
