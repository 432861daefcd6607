// SPDX-License-Identifier: Apache-2.0

public import SPINKernels
import SPINStorage

/// The last normalization and the projection to logits, forward beside backward.
public struct LanguageModelHead {
  let configuration: DecoderConfiguration
  let weights: DecoderWeights

  /// Logits `[R, V]` of some rows of the last hidden state `[R, D]`.
  public func logits(_ hidden: MatrixView, on compute: Compute) -> MatrixView {
    let logits = MatrixView(rows: hidden.rows, columns: configuration.vocabularySize)
    self.logits(hidden, into: logits, on: compute)
    return logits
  }

  /// The same, written to `output` `[R, V]`.
  public func logits(_ hidden: MatrixView, into output: MatrixView, on compute: Compute) {
    let normalized = MatrixView(rows: hidden.rows, columns: hidden.columns)
    normalize(hidden, output: normalized, on: compute)
    compute.linear(normalized, [.init(weights.head, output: output)])
  }

  /// The losses of some rows, and in place of the rows the gradients of their weighted sum.
  ///
  /// Rows are taken a few at a time, so that logits never fill memory.
  ///
  /// - Parameters:
  ///   - hidden: `[R, D]`; becomes its gradient.
  ///   - targets: The token that each row should predict.
  ///   - weights: The factor of each row's loss.
  ///   - logits: Room for the logits of at least one row; its size decides how many are taken.
  /// - Returns: The unweighted loss of each row, in nats.
  public func lossGradient(
    _ hidden: MatrixView, targets: [Int32], weights factors: [Float], logits room: MatrixView,
    on compute: Compute
  ) -> [Double] {
    let step = room.rows
    let scratch = MatrixView(rows: min(step, hidden.rows), columns: hidden.columns)
    var losses: [Double] = []
    for start in stride(from: 0, to: hidden.rows, by: step) {
      let range = start..<min(start + step, hidden.rows)
      let rows = hidden.rows(range)
      let logits = room.rows(0..<range.count)
      let normalized = scratch.rows(0..<range.count)
      normalize(rows, output: normalized, on: compute)
      compute.linear(normalized, [.init(weights.head, output: logits)])
      losses += compute.crossEntropyGradient(
        logits, targets: Array(targets[range]), weights: Array(factors[range]))
      compute.linearInputGradient([(logits, weights.head)], into: normalized)
      let zero = MatrixView(rows: 1, columns: rows.columns).repeated(range.count)
      compute.rmsNormInputGradient(
        rows, gain: weights.finalNorm, epsilon: configuration.rmsNormEpsilon,
        outputGradient: normalized, base: zero, result: rows)
    }
    return losses
  }

  private func normalize(_ hidden: MatrixView, output: MatrixView, on compute: Compute) {
    compute.rmsNorm(
      hidden, gain: weights.finalNorm, epsilon: configuration.rmsNormEpsilon, output: output)
  }
}
