// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINStorage

/// The contents of `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
struct TokenizerConfig {
  let objects: [JSONObjectReader]
  /// The object of `added_tokens.json`, ids by token; nil if there is no such file.
  let furtherTokens: JSONObjectReader?

  /// Reads those files that exist; all are optional.
  init(directory: String) throws {
    objects = try ["tokenizer_config.json", "special_tokens_map.json"].compactMap {
      try Self.object(directory + "/" + $0)
    }
    furtherTokens = try Self.object(directory + "/added_tokens.json")
  }

  static func object(_ path: String) throws -> JSONObjectReader? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try MappedFile(path: path)
    return try JSONObjectReader(
      JSON(parsing: file.bytes(0..<file.byteCount), path: path), at: path)
  }

  /// Sets BOS and EOS and, if the tokenizer file adds no tokens around a text, adds them as the
  /// configuration says.
  func complete(_ parts: inout TokenizerParts) throws {
    try nameTokens(&parts)
    guard parts.prefix.isEmpty, parts.suffix.isEmpty else { return }
    if try flag("add_bos_token") == true { parts.prefix = [parts.bosID].compactMap(\.self) }
    if try flag("add_eos_token") == true { parts.suffix = [parts.eosID].compactMap(\.self) }
  }

  /// Sets BOS and EOS from the configuration.
  func nameTokens(_ parts: inout TokenizerParts) throws {
    if let id = try token("bos_token", parts) { parts.bosID = id }
    if let id = try token("eos_token", parts) { parts.eosID = id }
  }

  func flag(_ key: String) throws -> Bool? {
    for object in objects {
      if let flag = try object.optional(key, as: Bool.self) { return flag }
    }
    return nil
  }

  /// The id of the token with a role, from the first file that has the key; nil if none has.
  private func token(_ key: String, _ parts: TokenizerParts) throws -> Int32? {
    for object in objects {
      guard let json = try object.optional(key, as: JSON.self) else { continue }
      let content: String
      if let text = json.string {
        content = text
      } else {
        content = try object.child(key).required("content", as: String.self)
      }
      let text = Array(content.utf8)
      let added = parts.addedTokens.first { $0.content == text }
      guard let id = added?.id ?? parts.model.vocabulary.id(of: text) else {
        throw object.failure(key, "is \(quoted(text)), which is no token of the tokenizer")
      }
      return id
    }
    return nil
  }

  /// The options of LlamaTokenizer in the configuration.
  func llamaOptions() throws -> LlamaTokenizerOptions {
    var options = LlamaTokenizerOptions()
    options.addsBOS = try flag("add_bos_token") ?? options.addsBOS
    options.addsEOS = try flag("add_eos_token") ?? options.addsEOS
    options.isLegacy = try flag("legacy") ?? options.isLegacy
    options.addsPrefixSpace = try flag("add_prefix_space")
    options.addedTokens = try listedTokens()
    return options
  }

  /// The tokens of `added_tokens.json` and `added_tokens_decoder`, ordered by id; the latter takes
  /// precedence.
  func listedTokens() throws -> [AddedToken] {
    var tokens: [Int32: AddedToken] = [:]
    if let furtherTokens {
      for content in furtherTokens.keys {
        let id = try checkedID(
          try furtherTokens.required(content, as: Int.self), furtherTokens, content)
        tokens[id] = AddedToken(id: id, content: Array(content.utf8))
      }
    }
    if let config = objects.first,
      try config.optional("added_tokens_decoder", as: JSON.self) != nil
    {
      let decoder = try config.child("added_tokens_decoder")
      for key in decoder.keys {
        guard let number = Int(key) else { throw decoder.failure(key, "is not an id") }
        let id = try checkedID(number, decoder, key)
        tokens[id] = try AddedToken(decoder.child(key), id: id)
      }
    }
    return tokens.values.sorted { $0.id < $1.id }
  }

  private func checkedID(_ id: Int, _ object: JSONObjectReader, _ key: String) throws -> Int32 {
    guard 0..<Vocabulary.idLimit ~= id else {
      throw object.failure(key, "has the id \(id), expected 0 to \(Vocabulary.idLimit - 1)")
    }
    return Int32(id)
  }
}
