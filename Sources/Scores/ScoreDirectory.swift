// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINStorage

/// A folder with one score file a data set, as `spin score --out` leaves it.
public struct ScoreDirectory: Sendable, Hashable {
  /// The path of the folder.
  public let path: String

  /// Names a folder, which need not exist yet.
  public init(path: String) { self.path = path }

  /// The path of the scores of a data set.
  ///
  /// - Throws: `SPINError` where the name could not be a file's: letters, digits, `.`, `_` and `-`
  ///   are allowed, a leading `.` is not.
  public func path(of dataSet: String) throws -> String {
    try Self.checkName(dataSet)
    return "\(path)/\(dataSet).safetensors"
  }

  /// Refuses a data set's name that could not be a file's.
  public static func checkName(_ dataSet: String) throws {
    let isAllowed = dataSet.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isAllowed, !dataSet.isEmpty, !dataSet.hasPrefix("."), dataSet.utf8.count <= 100 else {
      throw SPINError(
        .usage, "\"\(dataSet)\" cannot name a data set",
        remedy: "use up to 100 letters, digits, dots, underscores and hyphens")
    }
  }

  /// The data sets that have scores here, sorted.
  public func dataSets() throws -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw SPINError(
        .missingInput, at: path, "is not a folder that can be read",
        remedy: "give the folder that `spin score` wrote")
    }
    let ending = ".safetensors"
    return names.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }
      .map { String($0.dropLast(ending.count)) }.sorted()
  }

  /// Reads the scores of some data sets and checks that they belong together.
  ///
  /// - Throws: `SPINError` where a data set has no scores here (with those that have), where two
  ///   are of different models, or where different matrices were scored.
  public func read(_ dataSets: [String]) throws -> [ScoreFile] {
    let found = try self.dataSets()
    let files = try dataSets.map { name in
      let file = try path(of: name)
      guard found.contains(name) else {
        let list = found.isEmpty ? "none" : found.joined(separator: ", ")
        throw SPINError(
          .missingInput, at: path, "has no scores of \"\(name)\", only of \(list)",
          remedy: "score it with `spin score`, or name another data set")
      }
      try OutputFolder.requireAsWritten(file, remedy: ScoreFile.again)
      let scores = try ScoreFile(path: file)
      guard scores.provenance.dataSet == name else {
        throw SPINError(
          .malformedInput, at: file,
          "holds the scores of \"\(scores.provenance.dataSet)\", its name says \"\(name)\"",
          remedy: "score \"\(name)\" again")
      }
      return scores
    }
    for (name, file) in zip(dataSets, files).dropFirst() {
      try Self.requireSame(files[0], dataSets[0], file, at: try path(of: name))
    }
    return files
  }

  private static func requireSame(
    _ first: ScoreFile, _ firstName: String, _ file: ScoreFile, at path: String
  ) throws {
    let expected = first.provenance.modelHash
    guard file.provenance.modelHash == expected else {
      throw SPINError(
        .malformedInput, at: path,
        "holds scores of another model: of \(file.provenance.modelHash), \"\(firstName)\" of "
          + expected, remedy: "score all data sets on the same model")
    }
    if let one = first.provenance.configurationDigest {
      try file.requireModel(
        file.provenance.modelFiles, configurationDigest: one, scoresAt: path)
    }
    if let (isOfRows, _, there, here) = file.provenance.settingsDifference(from: first.provenance),
      isOfRows
    {
      throw SPINError(
        .malformedInput, at: path,
        "holds scores of \(there), \"\(firstName)\" of \(here)",
        remedy:
          "score all data sets with the same \(setting: .scoredSampleCount) and \(setting: .scoringSeed)"
      )
    }
    let shapes = [first, file].map {
      $0.matrices.map { "\($0.tensor) [\($0.rows), \($0.columns)]" }
    }
    guard shapes[0] != shapes[1] else { return }
    let difference = Set(shapes[0]).symmetricDifference(shapes[1]).min() ?? ""
    throw SPINError(
      .malformedInput, at: path,
      "was scored for other matrices than \"\(firstName)\": only one of them has \(difference)",
      remedy: "score all data sets with the same \(setting: .scoredModules)")
  }
}
