// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINDecoderNames
import SPINScores
import SPINSelection

/// How the scores of one data set fall from rank to rank, over all matrices, and where they are cut.
struct ScoreCurve {
  /// The scores of the matrices at one rank.
  struct Point {
    /// From 1; every matrix has a score of this rank.
    let rank: Int
    /// Nine of ten matrices have at least `low`, half at least `median`, one of ten `high`.
    let low, median, high: Double
  }

  let dataSet: String
  /// The matrices with scores.
  let matrixCount: Int
  private(set) var points: [Point]
  /// The different sizes of the top sets, ascending, and how many matrices have each.
  let cuts: [(count: Int, matrices: Int)]
  /// Weights whose score lies on both sides of a cut, and the matrices that have such.
  let tiedWeights, tiedMatrices: Int
  /// The smallest distance of the two scores at a cut, relative to the upper one.
  let smallestMargin: Double?

  /// Sums up a file of scores.
  ///
  /// - Parameter cuts: The cut of each matrix that takes part, by the name of its tensor.
  init(dataSet: String, scores: ScoreFile, cuts: [String: TopScores.Cut]) {
    self.dataSet = dataSet
    let matrices = scores.matrices.filter { cuts[$0.tensor] != nil && $0.keptCount > 0 }
    matrixCount = matrices.count
    // Beyond the ranks that all matrices have, the median would be of others than before.
    points = Self.ranks(upTo: matrices.map(\.keptCount).min() ?? 0).map { rank in
      let values = matrices.map { Double($0.values[rank - 1]) }.sorted(by: >)
      func quantile(_ share: Double) -> Double {
        values[max(1, Int((share * Double(values.count)).rounded(.up))) - 1]
      }
      return Point(
        rank: rank, low: quantile(0.9), median: quantile(0.5), high: quantile(0.1))
    }
    let sizes = Dictionary(grouping: cuts.values, by: \.count)
    self.cuts = sizes.map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    tiedWeights = cuts.values.reduce(0) { $0 + $1.tieCount }
    tiedMatrices = cuts.values.count { $0.tieCount > 0 }
    smallestMargin = cuts.values.compactMap { cut in
      guard let margin = cut.margin, let value = cut.value, value > 0 else { return nil }
      return Double(margin / value)
    }.min()
  }

  /// The same curve without the ranks beyond one.
  func upTo(rank: Int) -> ScoreCurve {
    var curve = self
    curve.points.removeAll { $0.rank > rank }
    return curve
  }

  /// At most 48 ranks whose logarithms are evenly spaced, the first and the last among them.
  static func ranks(upTo last: Int) -> [Int] {
    guard last > 1 else { return last == 1 ? [1] : [] }
    var ranks: [Int] = []
    for step in 0..<48 {
      let rank = Int(pow(Double(last), Double(step) / 47).rounded())
      if rank != ranks.last { ranks.append(min(rank, last)) }
    }
    return ranks
  }
}

extension ScoreCurve {
  /// The curves of the data sets of a selection, as far as their scores are there.
  static func all(of set: CoupledSet, scores: ScoreDirectory) throws -> [ScoreCurve] {
    guard let present = try? scores.dataSets() else { return [] }
    let selection = set.selection
    let cuts: [(dataSet: String, cut: (MatrixSelection) -> TopScores.Cut)] = [
      (selection.pair[0], { $0.first.cut }), (selection.pair[1], { $0.second.cut }),
      (selection.general, { $0.general }),
    ]
    return try cuts.compactMap { dataSet, cut in
      guard present.contains(dataSet) else { return nil }
      // One file in memory at a time: those of a large model are some hundred megabytes.
      let path = try scores.path(of: dataSet)
      let file = try ScoreFile(path: path)
      try file.requireModel(set.modelFiles, scoresAt: path)
      return ScoreCurve(
        dataSet: dataSet, scores: file,
        cuts: Dictionary(uniqueKeysWithValues: set.matrices.map { ($0.name.tensor, cut($0)) }))
    }
  }
}
