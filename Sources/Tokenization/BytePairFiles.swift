// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINStorage

/// A byte-level tokenizer stored as `vocab.json` and `merges.txt`.
///
/// These files contain only tokens and merges. How text is split depends on the class that
/// transformers (here as in version 5.23) chooses for the model: `Qwen2Tokenizer` for the model
/// types qwen2 and qwen3, otherwise the class that `tokenizer_class` names.
struct BytePairFiles {
  /// The classes that read such files for supported model families.
  private enum Kind: String, CaseIterable {
    case qwen2 = "Qwen2Tokenizer"
    case gpt2 = "GPT2Tokenizer"
  }

  private let directory: String

  /// The files of a directory; nil if one of the two is missing.
  init?(directory: String) {
    let names = ["vocab.json", "merges.txt"]
    guard names.allSatisfy({ FileManager.default.fileExists(atPath: directory + "/" + $0) }) else {
      return nil
    }
    self.directory = directory
  }

  /// The tokenizer that the files and the configuration describe.
  func parts(_ config: TokenizerConfig) throws -> TokenizerParts {
    let kind = try kind(config)
    let vocabulary = try vocabulary()
    let table = try merges().resolved(in: vocabulary, name: "\(directory)/merges.txt: merges")
    var parts = TokenizerParts(
      format: .bytePairFiles,
      model: BytePairModel(
        vocabulary: vocabulary, merges: table, options: BytePairModel.Options(alphabet: .bytes)))
    let addsPrefixSpace = try config.flag("add_prefix_space") ?? false
    switch kind {
    case .qwen2:
      parts.normalizers = [.nfc]
      parts.preTokenizers = [
        .words(.qwen2), .byteLevel(addsPrefixSpace: addsPrefixSpace, pattern: nil),
      ]
    case .gpt2:
      parts.preTokenizers = [.byteLevel(addsPrefixSpace: addsPrefixSpace, pattern: .gpt2)]
    }
    parts.decodingSteps = [.byteLevel]
    try addTokens(config, kind, to: &parts)
    if try config.flag("add_bos_token") == true { parts.prefix = [parts.bosID].compactMap(\.self) }
    if try config.flag("add_eos_token") == true { parts.suffix = [parts.eosID].compactMap(\.self) }
    return parts
  }

  private func kind(_ config: TokenizerConfig) throws -> Kind {
    let model = try TokenizerConfig.object(directory + "/config.json")
    if let type = try model?.optional("model_type", as: String.self),
      ["qwen2", "qwen3"].contains(type)
    {
      return .qwen2
    }
    let name = try config.objects.lazy.compactMap {
      try $0.optional("tokenizer_class", as: String.self)
    }.first
    if let name,
      let kind = Kind.allCases.first(where: { [$0.rawValue, $0.rawValue + "Fast"].contains(name) })
    {
      return kind
    }
    throw SPINError(
      .malformedInput, at: "\(directory)/tokenizer_config.json: tokenizer_class",
      (name.map { "is \"\($0)\"" } ?? "is missing")
        + ", expected Qwen2Tokenizer or GPT2Tokenizer, which decides how text is cut where there are"
        + " only vocab.json and merges.txt",
      remedy: "make a tokenizer.json with transformers:"
        + " AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)")
  }

  private func vocabulary() throws -> Vocabulary {
    let path = directory + "/vocab.json"
    var reader = try JSONReader(Tokenizer.contents(path), path: path)
    let vocabulary = try TokenizerJSONModel.readVocabulary(&reader, at: path)
    try reader.finish()
    return vocabulary
  }

  /// The merges of `merges.txt`, one per line; lines that begin with `#version` are headings.
  private func merges() throws -> MergeList {
    let path = directory + "/merges.txt"
    let bytes = try Tokenizer.contents(path)
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw SPINError(.malformedInput, at: path, "is not valid UTF-8")
    }
    var list = MergeList(documentByteCount: 4 * bytes.count)
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count <= MergeTable.maximumCount else {
      throw SPINError(
        .malformedInput, at: path,
        "has more than \(MergeTable.maximumCount) merges, which is the most allowed")
    }
    for (index, line) in lines.enumerated() {
      let text = line.last == 0x0D ? line.dropLast() : line
      if let problem = list.append(text: text) {
        throw SPINError(.malformedInput, at: "\(path): line \(index + 1)", problem)
      }
    }
    return list
  }

  // MARK: - Added tokens

  /// The roles of special tokens, in the order in which transformers adds them.
  private static let roles = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// Adds the listed tokens and those with a role; tokens that are not in the vocabulary get the
  /// ids after it.
  private func addTokens(
    _ config: TokenizerConfig, _ kind: Kind, to parts: inout TokenizerParts
  ) throws {
    var tokens = try config.listedTokens()
    if try config.objects.first?.optional("added_tokens_decoder", as: JSON.self) == nil {
      for index in tokens.indices { tokens[index].isNormalized = true }
    }
    var next = Int32(parts.model.vocabulary.idEnd)
    for token in tokens where Int(token.id) >= parts.model.vocabulary.idEnd {
      // transformers 5 assigns the ids itself; transformers 4 used the ids in the files.
      guard token.id == next else {
        throw SPINError(
          .malformedInput, at: "\(directory): added tokens",
          "the token \(quoted(token.content)) has the id \(token.id), expected \(next), the next"
            + " after the vocabulary",
          remedy: "make a tokenizer.json with the version of transformers that the model was"
            + " trained with")
      }
      next += 1
    }
    for (content, role) in try special(config, kind) {
      let known = tokens.firstIndex { $0.content == content }
      let id =
        known.map { tokens[$0].id } ?? parts.model.vocabulary.id(of: content)
        ?? {
          next += 1
          return next - 1
        }()
      // Qwen2Tokenizer adds these tokens again, with the default flags of special tokens.
      if let known {
        tokens[known].isSpecial = true
        if kind == .qwen2 { tokens[known] = AddedToken(id: id, content: content, isSpecial: true) }
      } else {
        tokens.append(AddedToken(id: id, content: content, isSpecial: true))
      }
      if role == "bos_token" { parts.bosID = id }
      if role == "eos_token" { parts.eosID = id }
    }
    parts.addedTokens = tokens
    try AddedToken.check(
      tokens, against: parts.model.vocabulary, at: "\(directory): added tokens")
  }

  /// The special tokens with their roles, including the defaults of the class.
  private func special(
    _ config: TokenizerConfig, _ kind: Kind
  ) throws -> [(content: [UInt8], role: String)] {
    var special: [(content: [UInt8], role: String)] = []
    for role in Self.roles {
      if let content = try config.content(role) {
        special.append((content, role))
      } else if role == "eos_token" || role == "unk_token"
        || role == (kind == .qwen2 ? "pad_token" : "bos_token")
      {
        special.append((Array("<|endoftext|>".utf8), role))
      }
    }
    for object in config.objects {
      for key in ["additional_special_tokens", "extra_special_tokens"] {
        for element in try object.optional(key, as: JSON.self)?.array ?? [] {
          guard let content = element.string ?? element.object?["content"]?.string else { continue }
          special.append((Array(content.utf8), key))
        }
      }
    }
    return special
  }
}

extension TokenizerConfig {
  /// The text of the token with a role, from the first file that has the key; nil if none has.
  fileprivate func content(_ key: String) throws -> [UInt8]? {
    for object in objects {
      guard let json = try object.optional(key, as: JSON.self) else { continue }
      if let text = json.string { return Array(text.utf8) }
      return Array(try object.child(key).required("content", as: String.self).utf8)
    }
    return nil
  }
}
