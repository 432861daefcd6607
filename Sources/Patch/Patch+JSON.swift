// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
public import SPINJSON
import SPINStorage

extension Patch {
  /// The schema of a patch file.
  public static let schema = "patch/1"

  /// The patch as JSON; bits are lower-case hexadecimal, two digits a byte.
  public var json: JSON {
    func hashes(_ files: [String: String]) -> JSON {
      var object = JSONObject()
      for (name, hash) in files.sorted(by: { $0.key < $1.key }) { object[name] = .string(hash) }
      return .object(object)
    }
    var model: JSONObject = [
      "name": JSON(base.name), "model_hash": .string(base.modelHash), "files": hashes(base.files),
    ]
    if let origin = base.origin { model["origin"] = .string(origin) }
    return [
      "schema": .string(Self.schema),
      "tool_version": .string(toolVersion),
      "base": .object(model),
      "files_after": filesAfter.map(hashes) ?? .null,
      "scale": scale.map { .number($0) } ?? .null,
      "weights": JSON(weightCount),
      "unchanged": JSON(unchangedCount),
      "provenance": .object(provenance),
      "tensors": .array(tensors.map(\.json)),
    ]
  }

  /// Reads a patch file.
  ///
  /// - Throws: `SPINError` that names the key.
  public init(path: String) throws {
    let bytes = try FileSystem.read(path)
    try self.init(json: try JSON(parsing: bytes, path: path), path: path)
  }

  /// Reads a patch.
  ///
  /// - Parameters:
  ///   - json: What `json` gave.
  ///   - path: The name of the document, for messages.
  public init(json: JSON, path: String) throws {
    let object = try json.requireObject(at: path)
    let found = try object.required("schema", as: String.self)
    guard found == Self.schema else {
      throw object.failure(
        "schema", "is \"\(found)\", expected \"\(Self.schema)\"",
        remedy: found.hasPrefix("patch/")
          ? "a newer version of spin made this patch; use that version" : "give a patch file")
    }
    let base = try object.required("base", as: JSONObject.self)
    self.base = Base(
      modelHash: try base.required("model_hash"), files: try Self.hashes(base.required("files")),
      name: try base.optional("name"), origin: try base.optional("origin"))
    scale = try object.optional("scale")
    provenance = try object.required("provenance")
    filesAfter = try object.optional("files_after").map(Self.hashes)
    toolVersion = try object.required("tool_version")
    tensors = try object.required("tensors", as: [JSONObject].self).map(Tensor.init(object:))
    guard Set(tensors.map(\.name)).count == tensors.count else {
      throw object.failure("tensors", "names a tensor twice", remedy: "the file was edited")
    }
    guard try object.required("weights", as: Int.self) == weightCount else {
      throw object.failure(
        "weights", "differs from the \(weightCount) weights listed", remedy: "the file was edited")
    }
  }

  private static func hashes(_ object: JSONObject) throws -> [String: String] {
    var hashes: [String: String] = [:]
    for key in object.keys { hashes[key] = try object.required(key, as: String.self) }
    return hashes
  }

  /// The SHA-256 of the edit itself: which bits of which weights become which.
  ///
  /// Two patches with the same digest make the same model, however they were found.
  public var contentDigest: String {
    let parts: [JSON] = tensors.map { tensor in
      [
        .string(tensor.name), .array(tensor.indices.map { JSON($0) }),
        .array(tensor.old.map { JSON(Int($0)) }), .array(tensor.new.map { JSON(Int($0)) }),
      ]
    }
    return FileDigest.sha256(
      Array(JSON.array([.string(base.modelHash)] + parts).serialized(indented: false).utf8))
  }

  /// Writes the patch to a file, whole or not at all.
  ///
  /// A file that is this patch but for what the model is called is left unchanged.
  public func write(to path: String) throws {
    if FileSystem.status(path, following: false)?.kind == .file,
      let before = try? Patch(path: path),
      before.renamed(as: self) == self, try OutputFile.mayStay(path)
    {
      return
    }
    try OutputFile.write(Array(json.serialized().utf8), to: path)
  }
}

extension Patch {
  /// The patch with the name and the origin that another one has for its model.
  private func renamed(as other: Patch) -> Patch {
    Patch(
      base: Base(
        modelHash: base.modelHash, files: base.files, name: other.base.name,
        origin: other.base.origin),
      scale: scale, provenance: provenance, tensors: tensors, filesAfter: filesAfter,
      toolVersion: toolVersion)
  }
}

extension Patch.Tensor {
  var json: JSON {
    func bits(_ values: [UInt32]) -> JSON {
      .array(values.map { .string($0.hexadecimal(elementType.digitCount)) })
    }
    return [
      "tensor": .string(name), "dtype": .string(elementType.rawValue),
      "shape": .array(shape.map { JSON($0) }), "indices": .array(indices.map { JSON($0) }),
      "old": bits(old), "new": bits(new),
    ]
  }

  init(object: JSONObject) throws {
    let name: String = try object.required("tensor")
    let typeName: String = try object.required("dtype")
    guard let type = ElementType(rawValue: typeName) else {
      throw object.failure("dtype", "is \"\(typeName)\", expected F32, F16 or BF16")
    }
    func bits(_ key: String) throws -> [UInt32] {
      try object.required(key, as: [String].self).map { text in
        guard text.utf8.count == type.digitCount, let value = UInt32(text, radix: 16),
          text.utf8.first != UInt8(ascii: "+")
        else {
          throw object.failure(
            key, "holds \"\(text.excerpt)\", expected \(type.digitCount) hexadecimal digits")
        }
        return value
      }
    }
    self.name = name
    elementType = type
    shape = try object.required("shape")
    indices = try object.required("indices")
    (old, new) = (try bits("old"), try bits("new"))
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else {
        throw object.failure("shape", "is \(shape), expected sizes whose product fits 64 bits")
      }
      count = product
    }
    guard indices.count == old.count, indices.count == new.count else {
      throw object.failure(
        "indices", "has \(indices.count) entries, old has \(old.count) and new \(new.count)")
    }
    guard zip(indices, indices.dropFirst()).allSatisfy({ $0 < $1 }), indices.first ?? 0 >= 0,
      indices.last ?? -1 < count
    else {
      throw object.failure("indices", "are not ascending inside the shape \(shape)")
    }
  }
}
