// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINDecoderNames
import SPINScores
import SPINSelection

/// How the scores of one data set fall with rank, over all matrices, and where they are cut.
struct ScoreCurve {
  /// The distribution of the matrices' scores at one rank.
  struct Point {
    /// The rank, from 1; every matrix has a score of this rank.
    let rank: Int
    /// The scores that nine in ten, half and one in ten of the matrices reach.
    let low, median, high: Double
  }

  let dataSet: String
  /// The number of matrices with scores.
  let matrixCount: Int
  private(set) var points: [Point]
  /// The different sizes of the top sets, ascending, with the number of matrices of each size.
  let cuts: [(count: Int, matrices: Int)]
  /// The number of weights tied across a cut, and of matrices that have such ties.
  let tiedWeights, tiedMatrices: Int
  /// The smallest difference of the two scores at a cut, relative to the larger one.
  let smallestMargin: Double?

  /// Summarizes a file of scores.
  ///
  /// - Parameter cuts: The cut of each selected matrix, by the name of its tensor.
  init(dataSet: String, scores: ScoreFile, cuts: [String: TopScores.Cut]) {
    self.dataSet = dataSet
    let matrices = scores.matrices.filter { cuts[$0.tensor] != nil && $0.keptCount > 0 }
    matrixCount = matrices.count
    // Beyond the ranks that all matrices have, the median would be over fewer matrices.
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

  /// The curve up to a rank.
  func upTo(rank: Int) -> ScoreCurve {
    var curve = self
    curve.points.removeAll { $0.rank > rank }
    return curve
  }

  /// At most 48 ranks, evenly spaced by logarithm, including the first and the last.
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
  /// The curves of the data sets of a selection whose scores are present.
  static func all(of set: CoupledSet, scores: ScoreDirectory) throws -> [ScoreCurve] {
    guard let present = try? scores.dataSets() else { return [] }
    let selection = set.selection
    let cuts: [(dataSet: String, cut: (MatrixSelection) -> TopScores.Cut)] = [
      (selection.pair[0], { $0.first.cut }), (selection.pair[1], { $0.second.cut }),
      (selection.general, { $0.general }),
    ]
    return try cuts.compactMap { dataSet, cut in
      guard present.contains(dataSet) else { return nil }
      // One file at a time: those of a large model take hundreds of megabytes.
      let path = try scores.path(of: dataSet)
      let file = try ScoreFile(path: path)
      try file.requireModel(set.modelFiles, scoresAt: path)
      return ScoreCurve(
        dataSet: dataSet, scores: file,
        cuts: Dictionary(uniqueKeysWithValues: set.matrices.map { ($0.name.tensor, cut($0)) }))
    }
  }
}
