// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINJobs
import SPINPatch
import SPINSelection
import SPINStorage

/// A patch or a selection where another one is going to be written: only that of the same request is replaced.
enum ReplacedSelection {
  /// Requires that the path for a patch holds none, or one that makes the same edit of the same model.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names what differs; where the file cannot be read, its error.
  static func requireReplaceable(_ path: String, by patch: Patch) throws {
    guard try isThere(path) else { return }
    let before = try read(path) { try Patch(path: path) }
    // The same edit, however it was found; but how it was found is not to be lost.
    guard before.contentDigest != patch.contentDigest else {
      let lost = before.provenance.keys.filter {
        $0 != "source" && patch.provenance[$0] == nil
      }
      return try refuse(
        path, "patch",
        lost.isEmpty ? [] : ["it says how its weights were selected, which this one does not"])
    }
    var differences = differences(before.provenance, patch.provenance)
    if before.base.modelHash != patch.base.modelHash { differences.insert("MODEL", at: 0) }
    if differences.isEmpty { differences = ["the weights"] }
    try refuse(path, "patch", differences)
  }

  /// The same of a selection.
  static func requireReplaceable(_ path: String, by set: CoupledSet) throws {
    guard try isThere(path) else { return }
    let before = try read(path) { try CoupledSet(path: path) }
    var differences = differences(before.provenance, set.provenance)
    if before.modelFiles != set.modelFiles { differences.insert("MODEL", at: 0) }
    try refuse(path, "selection", differences)
  }

  private static let remedy = "choose another file, or remove this one to have it replaced"

  private static func isThere(_ path: String) throws -> Bool {
    FileSystem.status(path).map { $0.kind == .file && $0.byteCount > 0 } ?? false
  }

  private static func read<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as SPINError { throw error.advising(remedy) }
  }

  private static func refuse(_ path: String, _ kind: String, _ differences: [String]) throws {
    guard !differences.isEmpty else { return }
    throw SPINError(
      .cannotCreate, at: path,
      "is the \(kind) of another request: " + differences.prefix(6).joined(separator: "; "),
      remedy: remedy)
  }

  /// The parameters that differ: "q was 0.1 and is 0.02 now".
  private static func differences(_ before: JSONObject, _ now: JSONObject) -> [String] {
    let keys = before.keys + now.keys.filter { before[$0] == nil }
    return keys.compactMap { key in
      let (old, new) = (before[key] ?? .null, now[key] ?? .null)
      guard old != new else { return nil }
      let name = key.split(separator: "_").joined(separator: " ")
      guard let old = text(old), let new = text(new) else { return name }
      return "\(name) was \(old) and is \(new) now"
    }
  }

  /// A value in a few characters; nil where it has more.
  private static func text(_ value: JSON) -> String? {
    if value == .null { return "none" }
    if let text = value.string { return text.excerpt }
    // As it was typed: 0, not 0.0.
    if let number = Double(json: value) { return Decimals.shortest(number) }
    if let object = value.object, object.count == 1, let amount = object["share"] {
      return text(amount)
    }
    if let object = value.object, object.count == 1, let count = object["count"] {
      return "a count of \(count.brief)"
    }
    guard value.object == nil, value.array?.contains(where: { $0.object != nil }) != true else {
      return nil
    }
    return value.brief
  }
}
