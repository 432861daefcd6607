// SPDX-License-Identifier: Apache-2.0

package import SPINJSON
import SPINStorage

/// Writing results that say what they are of.
///
/// Models and files are known by their content. Whoever repeats finished work under another name of the same model
/// finds the result as it was.
package enum ResultFile {
  /// Members of a result that say what something is called, or how it was typed, and decide nothing.
  package static let names = ["model", "model_origin", "arguments", "request"]

  /// Writes a document, unless one is there that differs in nothing but some members.
  ///
  /// - Parameters:
  ///   - json: The document.
  ///   - path: Where it will appear, whole or not at all.
  ///   - passing: The members that make no other document.
  /// - Throws: `SPINError` where it cannot be written.
  package static func write(
    _ json: JSON, to path: String, unlessOnlyDiffering passing: [String] = names
  ) throws {
    if let before = recorded(at: path), same(before, json, but: passing),
      try OutputFile.mayStay(path)
    {
      return
    }
    try OutputFile.write(Array(json.serialized().utf8), to: path)
  }

  /// What a result that is there calls its model, where it is of the same weights; nil otherwise.
  ///
  /// - Parameters:
  ///   - path: The result.
  ///   - hash: The hash of the model's files.
  package static func modelName(at path: String, hash: String) -> String? {
    guard let object = recorded(at: path)?.object, object["model_sha256"] == .string(hash) else {
      return nil
    }
    return object["model"]?.string
  }

  private static func recorded(at path: String) -> JSON? {
    guard FileSystem.status(path, following: false)?.kind == .file else { return nil }
    return try? JSON(parsing: FileSystem.read(path), path: path)
  }

  private static func same(_ one: JSON, _ other: JSON, but passing: [String]) -> Bool {
    guard var one = one.object, var other = other.object else { return false }
    for key in passing {
      one[key] = nil
      other[key] = nil
    }
    return one == other
  }
}
