// SPDX-License-Identifier: Apache-2.0

import SPINDecoderNames
import SPINErrors
import SPINScores
import SPINSelection

/// Whether the scores that a run computes will suffice for its selection.
///
/// Scoring takes hours, so whatever can be checked in advance is.
public struct FeasibleSelection {
  let selection: Selection
  let job: ScoringJob
  let allowsEmpty: Bool

  /// A selection from the scores that a job makes.
  ///
  /// - Parameters:
  ///   - selection: Which weights to take.
  ///   - job: The scoring.
  ///   - allowsEmpty: Whether a selection that cannot have a weight is accepted.
  public init(selection: Selection, job: ScoringJob, allowsEmpty: Bool = false) {
    self.selection = selection
    self.job = job
    self.allowsEmpty = allowsEmpty
  }

  /// - Throws: `SPINError` with code `usage` that names the property.
  public func require() throws {
    try requireDataSets()
    try requireLayers()
    try requireKeptScores()
    guard !allowsEmpty else { return }
    try SelectionReach(selection, target: job.request.target, of: job.decoder.configuration)
      .requireWeights()
  }

  private func requireDataSets() throws {
    let names = job.dataSets.map(\.name)
    let wanted = selection.pair.map { (Setting.pair, $0) } + [(.general, selection.general)]
    for (setting, name) in wanted where !names.contains(name) {
      throw SPINError(
        .usage, at: setting,
        "names \"\(name)\", which is not among the data sets \(names.joined(separator: ", "))",
        remedy: """
          give it with \(setting: .scoredData, typed: "\(name)=FILE"), or name another with \
          \(setting: setting)
          """)
    }
  }

  private func requireLayers() throws {
    let last = job.decoder.configuration.layerCount - 1
    guard let layers = selection.layers, layers.upperBound > last else { return }
    throw SPINError(
      .usage, at: .layers, "ends at \(layers.upperBound), the last layer is \(last)",
      remedy: "layers are counted from 0")
  }

  private func requireKeptScores() throws {
    let keep = job.request.keep
    var (needed, kept) = (0, 0)
    for entry in job.directory.tensors.values {
      guard let name = MatrixName(stored: entry.name), job.request.target.contains(name),
        selection.layers?.contains(name.layer) ?? true, entry.shape.count == 2
      else { continue }
      let (rows, columns) = (entry.shape[0], entry.shape[1])
      for amount in [selection.pairAmount, selection.generalAmount] {
        let count = amount.count(rows: rows, columns: columns)
        let available = keep.count(rows: rows, columns: columns)
        if count > available, count <= rows * columns, count > needed {
          (needed, kept) = (count, available)
        }
      }
    }
    guard needed > 0 else { return }
    throw SPINError(
      .usage, at: .keep,
      "the top \(needed) weights of a matrix are requested, \(kept) scores would be kept",
      remedy: "give \(setting: .keep, value: needed) or more, or request a smaller share")
  }
}
