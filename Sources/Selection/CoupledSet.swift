// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
public import SPINScores

/// The weights that a selection finds in a model, matrix by matrix.
public struct CoupledSet: Sendable, Equatable {
  /// One data set that the selection reads.
  public struct Source: Sendable, Hashable {
    /// What the user calls it.
    public let dataSet: String
    /// The name of the data file, without its folder.
    public let dataFile: String
    /// The SHA-256 of the data file.
    public let dataDigest: String
    /// The SHA-256 of the token sequences that were scored.
    public let sampleDigest: String
    /// How many samples were scored.
    public let sampleCount: Int
    /// The seed with which they were drawn.
    public let seed: UInt64
  }

  /// The parameters of the selection.
  public let selection: Selection
  /// The SHA-256 of each weight file of the model that was scored, by name.
  public let modelFiles: [String: String]
  /// The pair's first and second data set and general ability's, in this order.
  public let sources: [Source]
  /// The matrices that take part, in the order of the decoder.
  public let matrices: [MatrixSelection]

  /// Selects weights.
  ///
  /// - Parameters:
  ///   - selection: The parameters.
  ///   - first: The scores of the pair's first data set.
  ///   - second: The scores of the pair's second data set.
  ///   - general: The scores of general ability.
  /// - Precondition: The three are of the same model and the same matrices, as
  ///   `ScoreDirectory.read` ensures.
  /// - Throws: `SPINError` where a parameter is out of range, the target was not scored, no layer
  ///   takes part, or more scores are needed than are stored.
  public init(
    _ selection: Selection, first: ScoreFile, second: ScoreFile, general: ScoreFile
  ) throws {
    try selection.validate()
    let scored = first.provenance.targetModule
    if let target = selection.targetModule, !scored.contains(target) {
      throw SPINError(
        .usage, at: .selectedModules,
        "is \(target.rawValue), only \(scored.rawValue) was scored",
        remedy: "score again with \(setting: .scoredModules, value: target)")
    }
    try Self.checkKept(selection, pair: [first, second], general: general)
    self.selection = selection
    modelFiles = first.provenance.modelFiles
    sources = [first, second, general].map { Source($0.provenance) }
    matrices = try first.matrices.indices.compactMap { index in
      let (a, b, g) = (first.matrices[index], second.matrices[index], general.matrices[index])
      precondition(
        [b, g].allSatisfy { $0.tensor == a.tensor && $0.rows == a.rows && $0.columns == a.columns },
        "scores of different matrices")
      guard let name = MatrixName(tensor: a.tensor), selection.includes(name) else { return nil }
      return try MatrixSelection(selection, first: a, second: b, general: g, name: name)
    }
    try Self.checkLayers(selection, scored: first.matrices)
  }

  /// Selects weights with scores from a folder.
  ///
  /// - Parameters:
  ///   - selection: The parameters, which name the three data sets.
  ///   - scores: The folder with their scores.
  ///   - modelFiles: The SHA-256 of each weight file of the model at hand, by name.
  ///   - configurationDigest: The SHA-256 of its `config.json`; nil to take it on trust.
  /// - Throws: `SPINError` where scores are missing, do not belong together or are of another
  ///   model, and as the other initializer does.
  public init(
    _ selection: Selection, scores: ScoreDirectory, modelFiles: [String: String],
    configurationDigest: String? = nil
  ) throws {
    try selection.validate()
    let names = selection.pair + [selection.general]
    let files = try scores.read(names)
    try files[0].requireModel(
      modelFiles, configurationDigest: configurationDigest, scoresAt: scores.path(of: names[0]))
    try self.init(selection, first: files[0], second: files[1], general: files[2])
  }

  /// A set whose parts are known, as read from a file.
  init(
    selection: Selection, modelFiles: [String: String], sources: [Source],
    matrices: [MatrixSelection]
  ) {
    self.selection = selection
    self.modelFiles = modelFiles
    self.sources = sources
    self.matrices = matrices
  }

  /// Refuses sets larger than the number of stored scores, with what every matrix would need.
  private static func checkKept(
    _ selection: Selection, pair: [ScoreFile], general: ScoreFile
  ) throws {
    var needed = 0
    var short: [TopScores] = []
    for (file, amount) in pair.map({ ($0, selection.pairAmount) })
      + [(general, selection.generalAmount)]
    {
      for scores in file.matrices {
        guard let name = MatrixName(tensor: scores.tensor), selection.includes(name) else {
          continue
        }
        let count = amount.count(rows: scores.rows, columns: scores.columns)
        guard count > scores.keptCount, count <= scores.size else { continue }
        needed = max(needed, count)
        short.append(scores)
      }
    }
    guard let first = short.first, let kept = short.map(\.keptCount).min() else { return }
    let others = Set(short.map(\.tensor)).count - 1
    throw SPINError(
      .malformedInput, at: first.tensor + (others > 0 ? " and \(others) more" : ""),
      "the top \(needed) weights are requested, \(kept) scores were kept",
      remedy:
        "score again with \(setting: .keep, value: needed) or more, or request a smaller share")
  }

  private static func checkLayers(_ selection: Selection, scored: [TopScores]) throws {
    guard let layers = selection.layers else { return }
    let last = scored.compactMap { MatrixName(tensor: $0.tensor)?.layer }.max() ?? -1
    guard layers.upperBound <= last else {
      throw SPINError(
        .usage, at: .layers,
        "ends at \(layers.upperBound), the last layer scored is \(last)",
        remedy: "layers are counted from 0")
    }
  }
}

extension CoupledSet.Source {
  init(_ provenance: ScoreProvenance) {
    dataSet = provenance.dataSet
    dataFile = provenance.dataFile
    dataDigest = provenance.dataDigest
    sampleDigest = provenance.sampleDigest
    sampleCount = provenance.sampleCount
    seed = provenance.seed
  }
}

extension Selection {
  /// Whether a matrix takes part.
  func includes(_ name: MatrixName) -> Bool {
    (targetModule?.contains(name) ?? true) && (layers?.contains(name.layer) ?? true)
  }
}

// MARK: - Totals

extension CoupledSet {
  /// How many weights are selected.
  public var count: Int { total(\.indices.count) }
  /// How many of them are coupled as the rule `paper` understands it.
  public var selectedCoupledCount: Int { total(\.selectedCoupledCount) }
  /// How many weights the rule `paper` selects at the same shares.
  public var coupledCount: Int { total(\.coupledCount) }
  /// How many weights both sets of the pair have, general ability's included.
  public var overlapCount: Int { total(\.overlapCount) }
  /// How many such weights chance would give.
  public var expectedOverlap: Double { matrices.reduce(0) { $0 + $1.expectedOverlap } }
  /// The top weights of the pair's first data set.
  public var firstCount: Int { total(\.first.cut.count) }
  /// The top weights of the pair's second data set.
  public var secondCount: Int { total(\.second.cut.count) }
  /// The top weights of general ability.
  public var generalCount: Int { total(\.general.count) }

  /// The selected weights of each matrix that has any, by the name of its tensor.
  public var weights: [(tensor: String, indices: [Int])] {
    matrices.filter { !$0.indices.isEmpty }.map { ($0.name.tensor, $0.indices) }
  }

  private func total(_ count: KeyPath<MatrixSelection, Int>) -> Int {
    matrices.reduce(0) { $0 + $1[keyPath: count] }
  }
}
