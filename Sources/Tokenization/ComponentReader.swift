// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Reads the components of a `tokenizer.json` other than its model; an error names any that is not
/// supported.
struct ComponentReader {
  /// The name of the document, for messages.
  let path: String

  /// The elements of nested `Sequence` objects in order, or the object itself if it is no sequence;
  /// none for null.
  func flattened(
    _ json: JSON?, at location: String, list: String
  ) throws -> [(type: String, object: JSONObjectReader)] {
    guard let json, json != .null else { return [] }
    let object = try JSONObjectReader(json, at: location)
    let type = try object.required("type", as: String.self)
    guard type == "Sequence" else { return [(type, object)] }
    let elements = try object.required(list, as: [JSON].self)
    return try elements.enumerated().flatMap { index, element in
      try flattened(element, at: "\(location).\(list)[\(index)]", list: list)
    }
  }

  // MARK: - Normalizers

  func normalizers(_ json: JSON?) throws -> [Normalizer] {
    var growth = 1
    return try flattened(json, at: "\(path): normalizer", list: "normalizers").map { type, object in
      switch type {
      case "NFC": return .nfc
      case "Lowercase": return .lowercase
      case "Prepend": return .prepend(try text(object, "prepend"))
      case "Strip":
        return .strip(
          left: try object.optional("strip_left") ?? true,
          right: try object.optional("strip_right") ?? true)
      case "Replace":
        let (pattern, content) = try replacement(object, &growth)
        return .replace(pattern, with: content)
      default:
        throw object.unsupported(
          "type", type, supported: "NFC, Lowercase, Prepend, Replace, Strip or Sequence")
      }
    }
  }

  /// The maximum factor by which consecutive replacements may lengthen a text; real models triple
  /// spaces.
  private static let growthLimit = 64

  /// The pattern and content of a replacement; throws if the growth of the text exceeds the limit.
  private func replacement(
    _ object: JSONObjectReader, _ growth: inout Int
  ) throws -> (pattern: [UInt8], content: [UInt8]) {
    let (pattern, content) = (try literalPattern(object), try text(object, "content"))
    growth *= max(1, (content.count + pattern.count - 1) / pattern.count)
    guard growth <= Self.growthLimit else {
      throw object.failure(
        "content",
        "makes a text up to \(growth) times as long, with the steps before it, expected at most "
          + "\(Self.growthLimit) times")
    }
    return (pattern, content)
  }

  private func text(_ object: JSONObjectReader, _ key: String) throws -> [UInt8] {
    Array(try object.required(key, as: String.self).utf8)
  }

  /// The literal text of `pattern.String`.
  private func literalPattern(_ object: JSONObjectReader) throws -> [UInt8] {
    let pattern = try object.child("pattern")
    if let regex = try pattern.optional("Regex", as: String.self) {
      throw pattern.unsupported("Regex", regex, supported: "a pattern given as String")
    }
    let literal = try text(pattern, "String")
    guard !literal.isEmpty else { throw pattern.failure("String", "is empty") }
    return literal
  }

  // MARK: - Metaspace

  private func replacement(_ object: JSONObjectReader) throws -> [UInt8] {
    let replacement = try object.required("replacement", as: String.self)
    guard replacement.unicodeScalars.count == 1 else {
      throw object.failure("replacement", "is \"\(replacement)\", expected one character")
    }
    return Array(replacement.utf8)
  }

  /// The prepend scheme, which older files give as `add_prefix_space`.
  private func prependScheme(_ object: JSONObjectReader) throws -> PrependScheme {
    let addsPrefix = try object.optional("add_prefix_space", as: Bool.self)
    guard let name = try object.optional("prepend_scheme", as: String.self) else {
      return addsPrefix ?? true ? .always : .never
    }
    guard let scheme = PrependScheme(rawValue: name) else {
      throw object.unsupported("prepend_scheme", name, supported: "always, first or never")
    }
    guard addsPrefix != false || scheme == .never else {
      throw object.failure("add_prefix_space", "is false, but prepend_scheme is \"\(name)\"")
    }
    return scheme
  }

  func metaspace(_ object: JSONObjectReader) throws -> PreTokenizer {
    .metaspace(
      replacement: try replacement(object), scheme: try prependScheme(object),
      isSplit: try object.optional("split") ?? true)
  }

  // MARK: - Decoders

  /// The decoding steps; nil if the file has no decoder.
  func decodingSteps(_ json: JSON?) throws -> [DecodingStep]? {
    guard let json, json != .null else { return nil }
    var growth = 1
    return try flattened(json, at: "\(path): decoder", list: "decoders").map { type, object in
      switch type {
      case "ByteLevel": return .byteLevel
      case "ByteFallback": return .byteFallback
      case "Fuse": return .fuse
      case "Replace":
        let (pattern, content) = try replacement(object, &growth)
        return .replace(pattern, with: content)
      case "Strip":
        let content = try text(object, "content")
        guard !content.isEmpty else { throw object.failure("content", "is empty") }
        return .strip(
          content, start: try count(object, "start"), stop: try count(object, "stop"))
      case "Metaspace":
        return .metaspace(
          replacement: try replacement(object),
          dropsFirst: try prependScheme(object) != .never)
      default:
        throw object.unsupported(
          "type", type,
          supported: "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip or Sequence")
      }
    }
  }

  private func count(_ object: JSONObjectReader, _ key: String) throws -> Int {
    let count = try object.required(key, as: Int.self)
    guard 0...Vocabulary.maximumTokenLength ~= count else {
      throw object.failure(key, "is \(count), expected 0 to \(Vocabulary.maximumTokenLength)")
    }
    return count
  }
}
