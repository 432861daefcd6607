// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// Reads a `tokenizer.json`.
///
/// The vocabulary and the merges, which make up nearly all of the file, are read directly into
/// their tables; the rest is read as trees.
struct TokenizerJSON {
  private var model: TokenizerJSONModel?
  private var addedTokens: [AddedToken] = []
  private var components: [String: JSON] = [:]
  private let path: String

  /// Parses a document.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - path: The name of the document, for messages.
  static func parts(_ bytes: [UInt8], path: String) throws -> TokenizerParts {
    var file = TokenizerJSON(path: path)
    var reader = try JSONReader(bytes, path: path)
    try reader.readObject { key, reader in
      switch key {
      case "model":
        file.model = try TokenizerJSONModel(&reader)
      case "added_tokens":
        if !reader.takeNull() { try file.readAddedTokens(&reader) }
      case "normalizer", "pre_tokenizer", "post_processor", "decoder":
        file.components[key] = try reader.readJSON()
      default:
        // For example "version", and "truncation" and "padding", which matter only for batches.
        try reader.skipValue()
      }
    }
    try reader.finish()
    return try file.assembled()
  }

  private init(path: String) { self.path = path }

  private mutating func readAddedTokens(_ reader: inout JSONReader) throws {
    try reader.readArray { index, reader in
      guard index < AddedTokenMatcher.maximumCount else {
        throw reader.failure(
          "has more than \(AddedTokenMatcher.maximumCount) added tokens, which is the most allowed")
      }
      let entry = try JSONObjectReader(
        reader.readJSON(), at: "\(reader.path): added_tokens[\(index)]")
      addedTokens.append(try AddedToken(entry))
    }
  }

  private func assembled() throws -> TokenizerParts {
    guard let model else {
      throw SPINError(.malformedInput, at: path, "has no key \"model\"")
    }
    let reader = ComponentReader(path: path)
    let preTokenizers = try reader.preTokenizers(components["pre_tokenizer"])
    var parts = TokenizerParts(
      format: .json,
      model: try model.resolved(
        path: path, isByteLevel: preTokenizers.contains(where: \.isByteLevel)))
    parts.preTokenizers = preTokenizers
    parts.normalizers = try reader.normalizers(components["normalizer"])
    parts.decodingSteps = try reader.decodingSteps(components["decoder"])
    parts.addedTokens = try checked(addedTokens, parts.model.vocabulary)
    let template = try reader.template(components["post_processor"])
    parts.prefix = template.prefix
    parts.suffix = template.suffix
    parts.offsetTrims = template.trims
    parts.bosID = template.prefix.first
    for id in template.prefix + template.suffix
    where !parts.model.vocabulary.contains(Int(id)) && !addedTokens.contains(where: { $0.id == id })
    {
      throw SPINError(
        .malformedInput, at: "\(path): post_processor", "adds the id \(id), which no token has")
    }
    return parts
  }

  private func checked(
    _ tokens: [AddedToken], _ vocabulary: Vocabulary
  ) throws -> [AddedToken] {
    try AddedToken.check(tokens, against: vocabulary, at: "\(path): added_tokens")
    return tokens
  }
}

extension AddedToken {
  /// Reads an element of `added_tokens`.
  init(_ entry: JSONObjectReader) throws {
    let id = try entry.required("id", as: Int.self)
    guard id >= 0, id < Vocabulary.idLimit else {
      throw entry.failure("id", "is \(id), expected 0 to \(Vocabulary.idLimit - 1)")
    }
    try self.init(entry, id: Int32(id))
  }

  /// Reads a token whose id is given separately.
  init(_ entry: JSONObjectReader, id: Int32) throws {
    let content = Array(try entry.required("content", as: String.self).utf8)
    guard content.count <= Vocabulary.maximumTokenLength else {
      throw entry.failure(
        "content",
        "has \(content.count) bytes, at most \(Vocabulary.maximumTokenLength) are allowed")
    }
    self.init(id: id, content: content)
    isSingleWord = try entry.optional("single_word") ?? false
    stripsLeft = try entry.optional("lstrip") ?? false
    stripsRight = try entry.optional("rstrip") ?? false
    isNormalized = try entry.optional("normalized") ?? false
    isSpecial = try entry.optional("special") ?? false
  }

  /// Checks that the ids and texts of added tokens are consistent with the vocabulary and each
  /// other.
  static func check(
    _ tokens: [AddedToken], against vocabulary: Vocabulary, at location: String
  ) throws {
    var contents: [Int32: [UInt8]] = [:]
    var ids: [[UInt8]: Int32] = [:]
    for token in tokens {
      let known =
        ids.updateValue(token.id, forKey: token.content) ?? vocabulary.id(of: token.content)
      if let known, known != token.id {
        throw SPINError(
          .malformedInput, at: location,
          "the token \(quoted(token.content)) has the id \(token.id), elsewhere it has \(known)")
      }
      let other =
        contents.updateValue(token.content, forKey: token.id)
        ?? (vocabulary.contains(Int(token.id)) ? Array(vocabulary.token(Int(token.id))) : nil)
      if let other, other != token.content {
        throw SPINError(
          .malformedInput, at: location,
          "the id \(token.id) belongs to two tokens, \(quoted(other)) and \(quoted(token.content))")
      }
    }
  }
}
