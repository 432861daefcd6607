// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// Which units of a scoring run are done, one JSON object a line.
///
/// A unit's outputs are on disk before its line is. The first line names what is scored; a last
/// line that a crash cut short counts for nothing.
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

  private let file: RandomAccessFile
  private var end: Int
  private var done: Set<Unit> = []
  private var sampleLosses: [String: [Double]] = [:]

  /// Opens the journal of a run, or begins one.
  ///
  /// - Parameters:
  ///   - path: Where it lies.
  ///   - identity: A digest of everything that decides the result.
  /// - Throws: `SPINError` where the journal is of another run.
  init(path: String, identity: String) throws {
    let bytes = FileSystem.status(path) == nil ? [] : try FileSystem.read(path)
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let lines = bytes[..<whole].split(separator: UInt8(ascii: "\n"))
    file = try RandomAccessFile(path: path, .createOrUpdate)
    end = whole
    guard let first = lines.first else {
      try append(["schema": "scoring-journal/1", "identity": .string(identity)])
      return
    }
    let header = try JSON(parsing: Array(first), path: path)
    guard header.object?["identity"] == .string(identity) else {
      throw SPINError(
        .cannotCreate, at: path, "belongs to an unfinished run on another model, data or options",
        remedy: "repeat that run's command, choose another --out, or give --restart to discard it")
    }
    for line in lines.dropFirst() { try read(try JSON(parsing: Array(line), path: path), path) }
  }

  /// How many units are done.
  var finishedCount: Int { done.count }

  /// Whether a unit is done.
  func contains(_ unit: Unit) -> Bool { done.contains(unit) }

  /// The mean loss of each sample, in nats, once the losses of a data set are done.
  func losses(of dataSet: String) -> [Double] { sampleLosses[dataSet] ?? [] }

  /// Records that a unit is done; its outputs must be on disk.
  func record(_ unit: Unit) throws {
    switch unit {
    case .forward(let layer, let dataSet):
      try append(["unit": "forward", "layer": JSON(layer), "data_set": .string(dataSet)])
    case .backward(let layer, let dataSet):
      try append(["unit": "backward", "layer": JSON(layer), "data_set": .string(dataSet)])
    case .losses: preconditionFailure("losses are recorded with their values")
    }
    done.insert(unit)
  }

  /// Records that the losses of a data set are done.
  func record(losses: [Double], of dataSet: String) throws {
    try append([
      "unit": "losses", "data_set": .string(dataSet), "losses": .array(losses.map { .number($0) }),
    ])
    sampleLosses[dataSet] = losses
    done.insert(.losses(dataSet: dataSet))
  }

  private func read(_ line: JSON, _ path: String) throws {
    guard let object = line.object else { throw SPINError(.malformedInput, at: path, "is damaged") }
    let dataSet: String = try object.required("data_set")
    switch try object.required("unit", as: String.self) {
    case "forward": done.insert(.forward(layer: try object.required("layer"), dataSet: dataSet))
    case "backward": done.insert(.backward(layer: try object.required("layer"), dataSet: dataSet))
    default:
      sampleLosses[dataSet] = try object.required("losses", as: [Double].self)
      done.insert(.losses(dataSet: dataSet))
    }
  }

  private func append(_ object: JSONObject) throws {
    let line = Array((JSON.object(object).serialized(indented: false) + "\n").utf8)
    try file.write(line, at: end)
    try file.synchronize()
    end += line.count
  }
}
