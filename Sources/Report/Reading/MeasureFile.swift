// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// The JSON document of one measure: what it is of, and its members.
struct MeasureFile {
  /// The name of the measure: "perplexity".
  let measure: String
  let path: String
  let members: JSONObject
  /// The name of the model, and the SHA-256 over those of its weight files; nil if the file does
  /// not say.
  let model, modelHash: String?
  /// The number of weights of the measured edit; nil if the model was measured without an edit.
  let patchWeights: Int?
  /// The kind and the number of trained parameters, if the edit is an adapter or a trained model:
  /// "lora".
  let trained: (kind: String, parameters: Int)?
  /// The digest of the edit; nil if the model was measured without one, and in files of earlier
  /// versions.
  let editDigest: String?
  let toolVersion: String

  /// Reads the document of a measure; nil if the folder has none.
  ///
  /// - Throws: `SPINError` that names the file and the key if it is malformed or of another schema.
  init?(_ measure: String, in folder: String) throws {
    let path = "\(folder)/\(measure).json"
    guard let members = try JSONFile.members(of: path, schema: "\(measure)/1") else { return nil }
    self.measure = measure
    self.path = path
    self.members = members
    model = try members.optional("model")
    modelHash = try members.optional("model_sha256")
    patchWeights = try members.optional("patch_weights")
    let edit =
      try members.optional("adapter", as: JSONObject.self)
      ?? members.optional("trained", as: JSONObject.self)
    trained = try edit.map { (try $0.required("kind"), try $0.required("parameters")) }
    editDigest = try members.optional("edit_digest")
    toolVersion = try members.required("tool_version")
  }
}

/// Reading a JSON file that may be absent.
enum JSONFile {
  /// The members of a file with one of the schemas; nil if there is no file.
  ///
  /// - Throws: `SPINError` that names the file and the key.
  static func members(of path: String, schema: String...) throws -> JSONObject? {
    guard FileSystem.status(path) != nil else { return nil }
    let object = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    let found = try object.required("schema", as: String.self)
    guard schema.contains(found) else {
      throw object.failure(
        "schema",
        "is \"\(found)\", expected \(schema.map { "\"\($0)\"" }.joined(separator: " or "))",
        remedy: "make the file again with this version of spin")
    }
    return object
  }
}

/// Measured values: of one model, or of a model before and after an edit.
enum Sides<Value: Sendable>: Sendable {
  case one(Value)
  case both(before: Value, after: Value)

  /// The value of the edited model, or of the only one.
  var last: Value {
    switch self {
    case .one(let value): value
    case .both(_, let after): after
    }
  }

  /// The value of the untouched model; nil if there is only one.
  var before: Value? {
    if case .both(let before, _) = self { before } else { nil }
  }

  /// The values with their keys in files.
  var named: [(name: String, value: Value)] {
    switch self {
    case .one(let value): [("result", value)]
    case .both(let before, let after): [("before", before), ("after", after)]
    }
  }

  func map<Other: Sendable>(_ transform: (Value) throws -> Other) rethrows -> Sides<Other> {
    switch self {
    case .one(let value): .one(try transform(value))
    case .both(let before, let after):
      .both(before: try transform(before), after: try transform(after))
    }
  }
}

extension Sides {
  /// Reads `result`, or `before` and `after`.
  init(_ object: JSONObject, _ read: (JSONObject) throws -> Value) throws {
    if object["result"] != nil {
      self = .one(try read(object.required("result")))
    } else {
      self = .both(
        before: try read(object.required("before")), after: try read(object.required("after")))
    }
  }
}
