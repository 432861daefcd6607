// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
public import SPINJSON
import SPINStorage

/// A small model stored in another way: the cases of `Tools/fixtures/checkpoints.py`, made in Swift.
public struct ChangedCheckpoint: Sendable {
  /// A case of the fixture.
  public struct Case: Sendable {
    /// What it is.
    public let name: String
    /// The model that is changed.
    public let family: String
    /// How it is changed.
    public let changes: JSONObject
    /// The logits of the last token; nil where transformers makes weights up.
    public let logits: [Double]?
  }

  /// The tokens whose logits were recorded.
  public let tokens: [Int32]
  /// The cases.
  public let cases: [Case]

  /// Reads `checkpoints.json`.
  public init() throws {
    let path = Fixture.root + "/checkpoints.json"
    let object = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    tokens = try object.required("tokens", as: [Int].self).map { Int32($0) }
    cases = try object.required("cases", as: [JSONObject].self).map { item in
      Case(
        name: try item.required("name"), family: try item.required("family"),
        changes: try item.required("changes"), logits: try item.optional("logits"))
    }
  }

  /// The case of a name.
  public func callAsFunction(_ name: String) throws -> Case {
    guard let found = cases.first(where: { $0.name == name }) else { throw Missing(name: name) }
    return found
  }

  struct Missing: Error { let name: String }
}

extension ChangedCheckpoint.Case {
  /// Writes the changed model to a folder that exists.
  public func write(to folder: String) throws {
    let source = Fixture.root + "/models/" + family
    try OutputFile.write(FileSystem.read(source + "/config.json"), to: folder + "/config.json")
    var tensors: [String: (type: SafetensorsType, shape: [Int], bytes: [UInt8])] = [:]
    for entry in try SafetensorsFile(path: source + "/model.safetensors").entries {
      tensors[entry.name] = (entry.type, entry.shape, entry.file.bytes(entry.byteRange))
    }
    let original = tensors
    func map(_ key: String) -> JSONObject { changes[key]?.object ?? JSONObject() }
    for (name, from) in map("turned").members + map("copied").members {
      guard let tensor = original[from.string ?? ""] else { continue }
      let row = changes["turned"] == nil ? 0 : tensor.bytes.count / tensor.shape[0]
      tensors[name] = (
        tensor.type, tensor.shape, Array(tensor.bytes.suffix(row) + tensor.bytes.dropLast(row))
      )
    }
    for (old, new) in map("renamed").members {
      tensors[new.string ?? ""] = tensors.removeValue(forKey: old)
    }
    for name in changes["dropped"].flatMap({ [String](json: $0) }) ?? [] { tensors[name] = nil }
    if let prefix = changes["prefix"].flatMap({ [String](json: $0) }) {
      tensors = Dictionary(
        uniqueKeysWithValues: tensors.map { name, tensor in
          name.hasPrefix(prefix[0])
            ? (prefix[1] + name.dropFirst(prefix[0].count), tensor) : (name, tensor)
        })
    }
    for (name, shape) in map("ones").members {
      let shape = [Int](json: shape) ?? []
      let count = shape.reduce(1, *)
      tensors[name] = (.float32, shape, (0..<count).flatMap { _ in [0, 0, 0x80, 0x3F] as [UInt8] })
    }
    let writer = try SafetensorsWriter(
      path: folder + "/model.safetensors",
      tensors: tensors.map { .init(name: $0.key, type: $0.value.type, shape: $0.value.shape) })
    for name in writer.order { try writer.write(tensors[name]?.bytes ?? [], to: name) }
    try writer.finish()
  }
}
