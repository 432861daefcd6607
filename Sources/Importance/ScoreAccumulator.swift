// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
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

  init(_ configuration: DecoderConfiguration, target: TargetModule, on device: any Device) {
    self.target = target
    var sums: [MatrixName.Projection: MatrixView] = [:]
    for projection in MatrixName.Projection.allCases
    where target.contains(MatrixName(layer: 0, projection: projection)) {
      let shape = configuration.shape(projection)
      sums[projection] = device.matrix(rows: shape.rows, columns: shape.columns)
    }
    self.sums = sums
  }

  /// Starts a new sum.
  func clear(on device: any Device) {
    for sum in sums.values { device.clear(sum.buffer, count: sum.buffer.count) }
  }

  func wants(_ projection: MatrixName.Projection) -> Bool { sums[projection] != nil }

  func add(
    _ input: MatrixView, _ gradients: [(MatrixName.Projection, MatrixView)],
    samples: [Range<Int>], on device: any Device
  ) {
    let terms = gradients.compactMap { projection, gradient in
      sums[projection].map { (outputGradient: gradient, accumulator: $0) }
    }
    device.addWeightGradients(input, terms, samples: samples, as: .absolute)
  }

  /// The largest scores of each scored matrix of a block.
  ///
  /// - Throws: `SPINError` where a score is not a finite number.
  func topScores(
    layer: Int, weights: BlockWeights, keep: KeepPolicy, on device: any Device
  ) throws -> [TopScores] {
    try MatrixName.Projection.allCases.compactMap { projection in
      guard let sum = sums[projection], let weight = weights.matrices[projection] else {
        return nil
      }
      var collector = try TopScoreCollector(
        tensor: MatrixName(layer: layer, projection: projection).tensor, rows: sum.rows,
        columns: sum.columns, keeping: keep.count(rows: sum.rows, columns: sum.columns))
      let scores = device.matrix(rows: min(Self.scoreRows, sum.rows), columns: sum.columns)
      for start in stride(from: 0, to: sum.rows, by: Self.scoreRows) {
        let rows = start..<min(start + Self.scoreRows, sum.rows)
        device.importance(
          weight, gradientSum: sum, rows: rows, result: scores.rows(0..<rows.count))
        try device.download(scores.buffer, 0..<rows.count * sum.columns) {
          try collector.add($0, at: start * sum.columns)
        }
      }
      return collector.finish()
    }
  }
}
