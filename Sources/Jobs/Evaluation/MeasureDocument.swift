// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
public import SPINJSON
import SPINStorage

/// The result of a measure as it is written and printed: what was measured, of which model, by which program.
public struct MeasureDocument: Sendable {
  /// "perplexity"; the file is named after it, and the schema is this name with version 1.
  public let measure: String
  /// The whole document.
  public private(set) var json: JSON

  /// A result with its heading.
  ///
  /// - Parameters:
  ///   - measure: Its name.
  ///   - result: What was found.
  ///   - model: What the model is called.
  ///   - modelHash: The hash of its files; nil where they are not here.
  ///   - origin: Where its weights come from, for an imported model.
  ///   - arithmetic: What decided the bits; nil where it was computed elsewhere.
  ///   - edit: What is said about the edit, if any: `ModelEdit.summary`.
  public init(
    _ measure: String, _ result: JSONObject, model: String, modelHash: String?,
    origin: ModelOrigin? = nil, arithmetic: Arithmetic?, edit: JSONObject?
  ) {
    var members: JSONObject = [
      "model": .string(model), "model_sha256": JSON(modelHash), "patch_weights": .null,
    ]
    if let arithmetic { members["arithmetic"] = .string(arithmetic.name) }
    if let origin { members["model_origin"] = .string(origin.statement) }
    for (key, value) in edit?.members ?? [] { members[key] = value }
    for (key, value) in result.members { members[key] = value }
    self.init(measure, members)
  }

  /// A result of no model in particular with its heading.
  public init(_ measure: String, _ result: JSONObject) {
    self.measure = measure
    var document: JSONObject = [
      "schema": .string("\(measure)/1"), "tool_version": .string(SPINVersion.current),
    ]
    for (key, value) in result.members { document[key] = value }
    json = .object(document)
  }

  /// The same document with what was requested.
  package func with(_ request: MeasureRequest) -> MeasureDocument {
    var document = self
    if var members = json.object {
      members[MeasureRequest.key] = request.json
      document.json = .object(members)
    }
    return document
  }

  /// Writes `MEASURE.json` into a folder, whole or not at all; one that says the same of the same model by another name
  /// is left unchanged.
  public func write(into directory: String) throws {
    try FileSystem.ensureDirectory(directory)
    try ResultFile.write(json, to: "\(directory)/\(measure).json")
  }
}
