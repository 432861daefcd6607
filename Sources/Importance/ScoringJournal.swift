// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Which units of a scoring run are done, one JSON object a line.
///
/// A unit's outputs are on disk before its line is, which holds the digest of the activations that the
/// unit wrote. The first line names what is scored; lines have checksums (`LineLog`).
final class ScoringJournal {
  /// A part of the work that is done whole or not at all.
  enum Unit: Hashable {
    /// A block's forward pass over a data set.
    case forward(layer: Int, dataSet: String)
    /// The losses of a data set and their gradients.
    case losses(dataSet: String)
    /// A block's backward pass over a data set, with its scores.
    case backward(layer: Int, dataSet: String)
  }

  private let log: LineLog
  private var done: [Unit: String] = [:]
  private var sampleLosses: [String: [Double]] = [:]

  /// Opens the journal of a run, or begins one.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - identity: A digest of everything that decides the result.
  /// - Throws: `SPINError` where the journal is of another run or damaged.
  init(path: String, identity: String) throws {
    log = try LineLog(path: path)
    guard let first = log.lines.first else {
      try append(["schema": "scoring-journal/2", "identity": .string(identity)])
      return
    }
    let header = try JSON(parsing: first, path: path)
    guard header.object?["identity"] == .string(identity) else {
      throw SPINError(
        .cannotCreate, at: path, "belongs to an unfinished run on another model, data or options",
        remedy: """
          repeat that run's command, choose another \(setting: .directory), or give \
          \(enabling: .restart) to discard it
          """)
    }
    for line in log.lines.dropFirst() {
      try read(JSON(parsing: line, path: path).requireObject(at: path), path)
    }
  }

  /// How many units are done.
  var finishedCount: Int { done.count }

  /// The units that are done.
  var finishedUnits: Set<Unit> { Set(done.keys) }

  /// Whether a unit is done.
  func contains(_ unit: Unit) -> Bool { done[unit] != nil }

  /// The digest of the activations that a finished unit wrote; nil where it is not done.
  func digest(of unit: Unit) -> String? { done[unit] }

  /// The mean loss of each sample, in nats, once the losses of a data set are done.
  func losses(of dataSet: String) -> [Double] { sampleLosses[dataSet] ?? [] }

  /// Records that a unit is done; its outputs must be on disk.
  ///
  /// - Parameters:
  ///   - digest: The SHA-256 of the activations that it wrote.
  ///   - losses: The losses of the samples, of a unit `losses`.
  func record(_ unit: Unit, digest: String, losses: [Double]? = nil) throws {
    var line: JSONObject =
      switch unit {
      case .forward(let layer, let dataSet):
        ["unit": "forward", "layer": JSON(layer), "data_set": .string(dataSet)]
      case .backward(let layer, let dataSet):
        ["unit": "backward", "layer": JSON(layer), "data_set": .string(dataSet)]
      case .losses(let dataSet): ["unit": "losses", "data_set": .string(dataSet)]
      }
    line["activations_sha256"] = .string(digest)
    if let losses { line["losses"] = .array(losses.map { .number($0) }) }
    try append(line)
    keep(unit, digest, losses)
  }

  private func keep(_ unit: Unit, _ digest: String, _ losses: [Double]?) {
    done[unit] = digest
    if case .losses(let dataSet) = unit { sampleLosses[dataSet] = losses }
  }

  private func read(_ line: JSONObject, _ path: String) throws {
    let dataSet: String = try line.required("data_set")
    let digest: String = try line.required("activations_sha256")
    switch try line.required("unit", as: String.self) {
    case "forward":
      keep(.forward(layer: try line.required("layer"), dataSet: dataSet), digest, nil)
    case "backward":
      keep(.backward(layer: try line.required("layer"), dataSet: dataSet), digest, nil)
    default: keep(.losses(dataSet: dataSet), digest, try line.required("losses"))
    }
  }

  private func append(_ object: JSONObject) throws {
    try log.append(Array(JSON.object(object).serialized(indented: false).utf8))
    try log.synchronize()
  }
}
