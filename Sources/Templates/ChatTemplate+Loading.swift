// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

extension ChatTemplate {
  /// Reads the chat template of a model directory; nil if it has none.
  ///
  /// The first of these that exists is used: the file `chat_template.jinja`, the member
  /// `chat_template` of `tokenizer_config.json`, and the same member of `chat_template.json`. The
  /// member is a string or a list of named templates, of which "default" is used. Special tokens
  /// are the members of `tokenizer_config.json` whose names end in `_token`; those of
  /// `special_tokens_map.json` override them if the former has no `added_tokens_decoder`.
  ///
  /// - Note: Unlike transformers, which for some tokenizer classes supplies tokens that neither
  ///   file names (`<s>` and `</s>` for LlamaTokenizer).
  /// - Throws: `SPINError` if a file is malformed, a list of templates has no "default", or the
  ///   template cannot be parsed.
  public init?(directory: String) throws {
    func object(_ name: String) throws -> JSONObject? {
      let path = directory + "/" + name
      guard FileSystem.status(path)?.kind == .file else { return nil }
      return try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    }
    let config = try object("tokenizer_config.json")
    let found = try Self.source(directory, config, object("chat_template.json"))
    guard let (source, name) = found else { return nil }
    var tokens = try Self.tokens(config)
    if config?["added_tokens_decoder"] == nil {
      tokens.merge(try Self.tokens(object("special_tokens_map.json"))) { $1 }
    }
    try self.init(source, name: name, specialTokens: tokens)
  }

  private static func source(
    _ directory: String, _ config: JSONObject?, _ separate: JSONObject?
  ) throws -> (source: String, name: String)? {
    let path = directory + "/chat_template.jinja"
    if FileSystem.status(path)?.kind == .file {
      guard let source = String(validating: try FileSystem.read(path), as: UTF8.self) else {
        throw SPINError(.malformedInput, at: path, "is not UTF-8")
      }
      return (source, path)
    }
    for (object, file) in [(config, "tokenizer_config.json"), (separate, "chat_template.json")] {
      guard let object, let json = object["chat_template"], json != .null else { continue }
      let name = "\(directory)/\(file): chat_template"
      if let source = json.string { return (source, name) }
      let templates = try object.required("chat_template", as: [JSONObject].self)
      for template in templates where template["name"]?.string == "default" {
        return (try template.required("template", as: String.self), name)
      }
      let names = templates.compactMap { $0["name"]?.string }.joined(separator: ", ")
      throw object.failure(
        "chat_template", "has the templates \(names), expected one named default")
    }
    return nil
  }

  private static func tokens(_ object: JSONObject?) throws -> [String: String] {
    var tokens: [String: String] = [:]
    for (key, value) in object?.members ?? [] where key.hasSuffix("_token") {
      if let token = value.string ?? value.object?["content"]?.string { tokens[key] = token }
    }
    return tokens
  }
}
