// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINScores
import SPINSelection
import SPINTestSupport

/// Score files made from whole score matrices.
enum MadeScores {
  /// A matrix of scores.
  struct Matrix {
    let tensor: String
    let rows: Int
    let columns: Int
    let values: [Float]

    init(_ tensor: String, rows: Int, columns: Int, _ values: [Float]) {
      self.tensor = tensor
      self.rows = rows
      self.columns = columns
      self.values = values
    }

    /// Correlated with `seed / 10`'s matrices and full of ties.
    init(_ tensor: String, rows: Int, columns: Int, _ generator: inout SeededGenerator) {
      let values = (0..<rows * columns).map { _ in
        Float(Int.random(in: 0...50, using: &generator)) / 8
      }
      self.init(tensor, rows: rows, columns: columns, values)
    }

    /// The indices of the largest scores, by the definition.
    func top(_ count: Int) -> [Int] {
      Array(
        values.indices.sorted {
          values[$0] > values[$1] || (values[$0] == values[$1] && $0 < $1)
        }.prefix(count))
    }

    func scores(keeping count: Int? = nil) throws -> TopScores {
      var collector = try TopScoreCollector(
        tensor: tensor, rows: rows, columns: columns, keeping: count ?? values.count)
      try collector.add(values.span, at: 0)
      return collector.finish()
    }
  }

  static func file(
    _ name: String, _ matrices: [Matrix], keeping count: Int? = nil, target: TargetModule = .all
  ) throws -> ScoreFile {
    let provenance = ScoreProvenance(
      tool: "spin test", modelFiles: ["model.safetensors": "aa"], dataSet: name,
      dataFile: name + ".csv", dataDigest: "d" + name, rows: [1, 0], seed: .max,
      sampleDigest: "s" + name, sampleCount: 2, tokenCount: 9, responseTokenCount: 5,
      truncatedCount: 0, skippedCount: 0, emptyCount: 0, keep: .automatic, targetModule: target,
      firstResponseToken: "bos", overflow: "error")
    return ScoreFile(
      provenance: provenance, matrices: try matrices.map { try $0.scores(keeping: count) })
  }

  static let up = "model.layers.0.mlp.up_proj.weight"

  /// One matrix for the pair and for general ability; the pair shares part of its scores.
  static func triple(
    _ generator: inout SeededGenerator, tensor: String = up
  ) -> (first: Matrix, second: Matrix, general: Matrix) {
    let rows = Int.random(in: 1...12, using: &generator)
    let columns = Int.random(in: 1...12, using: &generator)
    let first = Matrix(tensor, rows: rows, columns: columns, &generator)
    let general = Matrix(tensor, rows: rows, columns: columns, &generator)
    var second = Matrix(tensor, rows: rows, columns: columns, &generator).values
    for index in second.indices where Bool.random(using: &generator) {
      second[index] = first.values[index]
    }
    return (first, Matrix(tensor, rows: rows, columns: columns, second), general)
  }

  static func select(
    _ selection: Selection, _ triple: (first: Matrix, second: Matrix, general: Matrix),
    keeping count: Int? = nil
  ) throws -> CoupledSet {
    try CoupledSet(
      selection, first: file("privacy", [triple.first], keeping: count),
      second: file("fairness", [triple.second], keeping: count),
      general: file("general", [triple.general], keeping: count))
  }
}
