// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON

extension ModelOrigin {
  /// The record of a file or a set of files that were converted.
  ///
  /// - Parameters:
  ///   - format: "GGUF" or "PyTorch".
  ///   - files: Names with SHA-256.
  ///   - encoding: How weights were stored: "Q4_K_M", "F16".
  ///   - isDequantized: Whether they were quantized.
  ///   - details: Further members.
  static func imported(
    format: String, files: [(name: String, sha256: String)], encoding: String,
    isDequantized: Bool, details: JSONObject
  ) -> ModelOrigin {
    let verb = isDequantized ? "dequantized" : "converted"
    let first = files.first
    let name = (first?.name ?? "") + (files.count > 1 ? " and \(files.count - 1) more" : "")
    let digest = files.count == 1 ? first?.sha256 ?? "" : modelHash(files)
    var object: JSONObject = [
      "schema": .string(ModelOrigin.schema),
      "statement": .string("\(verb) from \(name) (\(encoding)), sha256 \(digest)"),
      "format": .string(format), "encoding": .string(encoding),
      "dequantized": .bool(isDequantized),
    ]
    object["files"] = .array(
      files.map { ["name": .string($0.name), "sha256": .string($0.sha256)] })
    for (key, value) in details.members { object[key] = value }
    return ModelOrigin(json: object)
  }

  private static func modelHash(_ files: [(name: String, sha256: String)]) -> String {
    ModelDirectory.modelHash(of: Dictionary(files.map { ($0.name, $0.sha256) }) { one, _ in one })
  }
}
