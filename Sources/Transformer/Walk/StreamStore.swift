// SPDX-License-Identifier: Apache-2.0

package import SPINKernels

/// Where the residual stream of all tokens is stored between blocks: in memory, in a file, on another machine.
///
/// Stream l is the input of block l; stream 0 is the embedding, which the walk computes, and stream L the output of
/// the last block.
package protocol StreamStore {
  /// Some rows of a stream, to be read until the next call; rows of stream 0 are to be written first.
  ///
  /// - Throws: `SPINError` where they cannot be read.
  func input(of layer: Int, _ tokens: Range<Int>) throws -> MatrixView
  /// Where a block writes some rows of its output; may be the memory of its input.
  func output(of layer: Int, _ tokens: Range<Int>) throws -> MatrixView
  /// Called when the rows of an output are complete.
  ///
  /// - Throws: `SPINError` where they cannot be stored.
  func keep(outputOf layer: Int, _ tokens: Range<Int>, _ rows: MatrixView) throws
}

/// One stream in memory, which every block overwrites.
package struct PassingStream: StreamStore {
  private let rows: MatrixView

  /// The memory of the stream, `[T, D]`.
  package init(_ rows: MatrixView) { self.rows = rows }

  package func input(of layer: Int, _ tokens: Range<Int>) -> MatrixView { rows.rows(tokens) }
  package func output(of layer: Int, _ tokens: Range<Int>) -> MatrixView { rows.rows(tokens) }
  package func keep(outputOf layer: Int, _ tokens: Range<Int>, _ rows: MatrixView) {}
}
