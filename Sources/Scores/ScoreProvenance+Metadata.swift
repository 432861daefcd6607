// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON

/// Provenance as the strings of a safetensors file's `__metadata__`.
extension ScoreProvenance {
  /// The strings in a fixed order, so that equal scores are equal files.
  package var metadata: [(key: String, value: String)] {
    var files = JSONObject()
    for (name, hash) in modelFiles.sorted(by: { $0.key < $1.key }) { files[name] = .string(hash) }
    return [
      ("tool", tool),
      ("model_hash", modelHash),
      ("model_files", JSON.object(files).serialized(indented: false)),
      ("data_set", dataSet),
      ("data_file", dataFile),
      ("data_sha256", dataDigest),
      ("rows", JSON.array(rows.map { JSON($0) }).serialized(indented: false)),
      ("seed", "\(seed)"),
      ("sample_sha256", sampleDigest),
      ("samples", "\(sampleCount)"),
      ("tokens", "\(tokenCount)"),
      ("response_tokens", "\(responseTokenCount)"),
      ("truncated", "\(truncatedCount)"),
      ("skipped", "\(skippedCount)"),
      ("empty", "\(emptyCount)"),
      ("keep", keep.description),
      ("target_module", targetModule.rawValue),
      ("first_response_token", firstResponseToken),
      ("overflow", overflow),
      // Raw texts are what scores were of before there was a choice; their files stay what they were.
    ] + (promptFormat == "raw" ? [] : [("prompt_format", promptFormat)])
      + (configurationDigest.map { [("config_sha256", $0)] } ?? [])
      + (arithmetic.map { [("arithmetic", $0)] } ?? [])
      + (modelOrigin.map { [("model_origin", $0)] } ?? [])
  }

  /// Reads the strings back.
  init(metadata: ScoreMetadata) throws {
    let files = try metadata.json("model_files").object.map { object in
      try object.keys.map { ($0, try object.required($0, as: String.self)) }
    }
    guard let files else { throw metadata.malformed("model_files", "an object") }
    guard let rows = [Int](json: try metadata.json("rows")), rows.allSatisfy({ $0 >= 0 }) else {
      throw metadata.malformed("rows", "an array of row numbers")
    }
    self.init(
      tool: try metadata.text("tool"),
      modelFiles: Dictionary(files) { first, _ in first },
      dataSet: try metadata.text("data_set"),
      dataFile: try metadata.text("data_file"),
      dataDigest: try metadata.text("data_sha256"),
      rows: rows,
      seed: try metadata.value("seed", "a number"),
      sampleDigest: try metadata.text("sample_sha256"),
      sampleCount: try metadata.value("samples", "a number"),
      tokenCount: try metadata.value("tokens", "a number"),
      responseTokenCount: try metadata.value("response_tokens", "a number"),
      truncatedCount: try metadata.value("truncated", "a number"),
      skippedCount: try metadata.value("skipped", "a number"),
      emptyCount: try metadata.value("empty", "a number"),
      keep: try metadata.value("keep", "a number of scores"),
      targetModule: try metadata.choice("target_module"),
      firstResponseToken: try metadata.text("first_response_token"),
      overflow: try metadata.text("overflow"),
      promptFormat: metadata["prompt_format"] ?? "raw", modelOrigin: metadata["model_origin"],
      configurationDigest: metadata["config_sha256"], arithmetic: metadata["arithmetic"])
    let written = try metadata.text("model_hash")
    guard written == modelHash else {
      throw SPINError(
        .malformedInput, at: metadata.path,
        "\"model_hash\" is \(written), the hashes of the model's files give \(modelHash)",
        remedy: "the file was edited - score again")
    }
  }
}

/// The strings of a score file's `__metadata__`, with typed access.
struct ScoreMetadata {
  let path: String
  private let strings: [String: String]

  init(_ strings: [(key: String, value: String)], path: String) {
    self.path = path
    self.strings = Dictionary(strings.map { ($0.key, $0.value) }) { first, _ in first }
  }

  subscript(key: String) -> String? { strings[key] }

  func text(_ key: String) throws -> String {
    guard let text = strings[key] else {
      throw SPINError(.malformedInput, at: path, "metadata \"\(key)\" is missing")
    }
    return text
  }

  func value<Value: LosslessStringConvertible>(_ key: String, _ kind: String) throws -> Value {
    guard let value = Value(try text(key)) else { throw malformed(key, kind) }
    return value
  }

  func choice<Value: RawRepresentable & CaseIterable>(_ key: String) throws -> Value
  where Value.RawValue == String {
    guard let value = Value(rawValue: try text(key)) else {
      throw malformed(key, Value.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return value
  }

  func json(_ key: String) throws -> JSON {
    try JSON(parsing: Array(try text(key).utf8), path: "\(path): metadata \"\(key)\"")
  }

  func malformed(_ key: String, _ expected: String) -> SPINError {
    let found = JSON.string(strings[key] ?? "").brief
    return SPINError(
      .malformedInput, at: path, "metadata \"\(key)\" is \(found), expected \(expected)")
  }
}
