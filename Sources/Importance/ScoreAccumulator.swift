// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINKernels
import SPINScores
import SPINStorage
import SPINTransformer

/// Adds up |dL_s/dW| over the samples of one data set for the scored matrices of one block, and
/// turns the sums into the largest scores.
final class ScoreAccumulator: WeightGradientSink {
  /// Rows whose scores are computed at a time.
  static let scoreRows = 64

  private let target: TargetModule
  private let sums: [MatrixName.Projection: MatrixView]

  init(_ configuration: DecoderConfiguration, target: TargetModule) {
    self.target = target
    var sums: [MatrixName.Projection: MatrixView] = [:]
    for projection in MatrixName.Projection.allCases
    where target.contains(MatrixName(layer: 0, projection: projection)) {
      let shape = configuration.shape(projection)
      sums[projection] = MatrixView(rows: shape.rows, columns: shape.columns)
    }
    self.sums = sums
  }

  /// Starts a new sum.
  func clear() {
    for sum in sums.values { sum.buffer.clear() }
  }

  func wants(_ projection: MatrixName.Projection) -> Bool { sums[projection] != nil }

  func add(
    _ input: MatrixView, _ gradients: [(MatrixName.Projection, MatrixView)],
    samples: [Range<Int>], on compute: Compute
  ) {
    let terms = gradients.compactMap { projection, gradient in
      sums[projection].map { (outputGradient: gradient, accumulator: $0) }
    }
    compute.addWeightGradients(input, terms, samples: samples, as: .absolute)
  }

  /// The largest scores of each scored matrix of a block.
  ///
  /// - Throws: `SPINError` where a score is not a finite number.
  func topScores(
    layer: Int, weights: BlockWeights, keep: KeepPolicy, on compute: Compute
  ) throws -> [TopScores] {
    try MatrixName.Projection.allCases.compactMap { projection in
      guard let sum = sums[projection], let weight = weights.matrices[projection] else {
        return nil
      }
      var collector = try TopScoreCollector(
        tensor: MatrixName(layer: layer, projection: projection).tensor, rows: sum.rows,
        columns: sum.columns, keeping: keep.count(rows: sum.rows, columns: sum.columns))
      let scores = MatrixView(rows: min(Self.scoreRows, sum.rows), columns: sum.columns)
      for start in stride(from: 0, to: sum.rows, by: Self.scoreRows) {
        let rows = start..<min(start + Self.scoreRows, sum.rows)
        compute.importance(
          weight, gradientSum: sum, rows: rows, result: scores.rows(0..<rows.count))
        try scores.buffer.withSpan(0..<rows.count * sum.columns) {
          try collector.add($0, at: start * sum.columns)
        }
      }
      return collector.finish()
    }
  }
}
