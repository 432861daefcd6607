// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
import SPINStorage

/// Where the weights of a checkpoint come from, when `spin model import` made it or when it is in the cache of the
/// Hugging Face Hub.
///
/// Weights that were quantized once are not those that the model was published with, and every record
/// made from them has to say so. The file travels with the checkpoint through `patch apply`.
public struct ModelOrigin: Sendable, Equatable {
  /// The name of the file in a model directory.
  public static let fileName = "spin_import.json"
  /// The schema of the file.
  public static let schema = "import/1"

  /// What the file says.
  public let json: JSONObject

  /// Wraps a record as it was read.
  package init(json: JSONObject) { self.json = json }

  /// One sentence without a full stop: "dequantized from X.gguf (Q4_1), sha256 ..".
  public var statement: String { json["statement"]?.string ?? "imported" }
  /// Whether the weights had been quantized.
  public var isDequantized: Bool { json["dequantized"].flatMap { Bool(json: $0) } ?? false }

  /// Reads the record of a model directory, nil where there is none.
  ///
  /// - Throws: `SPINError` with code `malformedInput` where the file is not such a record.
  public static func read(in directory: String) throws -> ModelOrigin? {
    let path = directory + "/" + fileName
    guard FileSystem.status(path) != nil else { return nil }
    let object = try JSON(parsing: try FileSystem.read(path), path: path).requireObject(at: path)
    let found = try object.required("schema", as: String.self)
    guard found == schema else {
      throw object.failure(
        "schema", "is \"\(found)\", expected \"\(schema)\"",
        remedy: "a newer version of spin imported this model; use that version")
    }
    let statement = try object.required("statement", as: String.self)
    guard !statement.isEmpty, statement.utf8.count <= 4096 else {
      throw object.failure(
        "statement", "has \(statement.utf8.count) bytes, expected 1 to 4096")
    }
    _ = try object.required("dequantized", as: Bool.self)
    return ModelOrigin(json: object)
  }

  /// Writes the record into a directory.
  package func write(in directory: String) throws {
    try OutputFile.write(
      Array(JSON.object(json).serialized().utf8), to: directory + "/" + Self.fileName)
  }
}
