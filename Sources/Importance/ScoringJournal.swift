// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Which units of a scoring run are done, one JSON object a line.
///
/// A unit's outputs are on disk before its line is, which holds the checksum of the activations that the
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

  private static let schema = "scoring-journal/3"

  private let log: LineLog
  private var done: [Unit: UInt32] = [:]
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
      try append(["schema": .string(Self.schema), "identity": .string(identity)])
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
    guard header.object?["schema"] == .string(Self.schema) else {
      throw SPINError(
        .cannotCreate, at: path, "was begun by another version of spin",
        remedy: "finish it with that version, or give \(enabling: .restart) to discard it")
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

  /// The checksum of the activations that a finished unit wrote; nil if it is not done.
  func checksum(of unit: Unit) -> UInt32? { done[unit] }

  /// The mean loss of each sample, in nats, once the losses of a data set are done.
  func losses(of dataSet: String) -> [Double] { sampleLosses[dataSet] ?? [] }

  /// Records that a unit is done; its outputs must be on disk.
  ///
  /// - Parameters:
  ///   - checksum: The CRC-32 of the activations that it wrote; 0 if it wrote none.
  ///   - losses: The losses of the samples, of a unit `losses`.
  func record(_ unit: Unit, checksum: UInt32, losses: [Double]? = nil) throws {
    var line: JSONObject =
      switch unit {
      case .forward(let layer, let dataSet):
        ["unit": "forward", "layer": JSON(layer), "data_set": .string(dataSet)]
      case .backward(let layer, let dataSet):
        ["unit": "backward", "layer": JSON(layer), "data_set": .string(dataSet)]
      case .losses(let dataSet): ["unit": "losses", "data_set": .string(dataSet)]
      }
    line["activations_crc32"] = JSON(Int(checksum))
    if let losses { line["losses"] = .array(losses.map { .number($0) }) }
    try append(line)
    keep(unit, checksum, losses)
  }

  private func keep(_ unit: Unit, _ checksum: UInt32, _ losses: [Double]?) {
    done[unit] = checksum
    if case .losses(let dataSet) = unit { sampleLosses[dataSet] = losses }
  }

  private func read(_ line: JSONObject, _ path: String) throws {
    let dataSet: String = try line.required("data_set")
    let stored: Int = try line.required("activations_crc32")
    guard let checksum = UInt32(exactly: stored) else {
      throw line.failure("activations_crc32", "is \(stored), expected 32 bits")
    }
    switch try line.required("unit", as: String.self) {
    case "forward":
      keep(.forward(layer: try line.required("layer"), dataSet: dataSet), checksum, nil)
    case "backward":
      keep(.backward(layer: try line.required("layer"), dataSet: dataSet), checksum, nil)
    default: keep(.losses(dataSet: dataSet), checksum, try line.required("losses"))
    }
  }

  private func append(_ object: JSONObject) throws {
    try log.append(Array(JSON.object(object).serialized(indented: false).utf8))
    try log.synchronize()
  }
}
