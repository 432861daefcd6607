// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF
import SPINJSON

/// The `tokenizer.json` of a vocabulary of GGUF.
///
/// Tokens are written from their bytes: two spellings of one character are two tokens, which a
/// dictionary of Swift strings would confuse.
struct TokenizerJSONWriter {
  let tokenizer: GGUFTokenizer
  private var output: [UInt8] = []

  init(_ tokenizer: GGUFTokenizer) { self.tokenizer = tokenizer }

  /// The whole document.
  ///
  /// - Throws: `SPINError` where a merge is not two parts with a space between.
  mutating func document() throws -> [UInt8] {
    output = []
    member("version", "1.0", isFirst: true)
    member("truncation", .null)
    member("padding", .null)
    try writeAddedTokens()
    switch tokenizer.model {
    case .bytePair(let kind, let merges):
      member("normalizer", kind.normalizer)
      member("pre_tokenizer", kind.preTokenizer)
      member("post_processor", bytePairPostProcessor(kind))
      member("decoder", Self.byteLevel(trimsOffsets: true))
      try writeModel([
        ("dropout", .null), ("unk_token", .null), ("continuing_subword_prefix", .null),
        ("end_of_word_suffix", .null), ("fuse_unk", false), ("byte_fallback", false),
        ("ignore_merges", .bool(kind.ignoresMerges)),
      ]) { try $0.writeMerges(merges) }
    case .sentencePiece(let scores, let addsPrefixSpace):
      member("normalizer", Self.sentencePieceNormalizer(addsPrefixSpace))
      member("pre_tokenizer", .null)
      member("post_processor", template ?? .null)
      member("decoder", Self.sentencePieceDecoder(addsPrefixSpace))
      let hasBytes = tokenizer.types.contains(.byte)
      try writeModel([
        ("dropout", .null), ("unk_token", unknownToken), ("continuing_subword_prefix", .null),
        ("end_of_word_suffix", .null), ("fuse_unk", true), ("byte_fallback", .bool(hasBytes)),
        ("ignore_merges", false),
      ]) { $0.writeMerges(scores) }
    }
    output += "\n}\n".utf8
    return output
  }

  // MARK: - Members

  private mutating func member(_ key: String, _ value: JSON, isFirst: Bool = false) {
    output += (isFirst ? "{\n  \"" : ",\n  \"").utf8
    output += (key + "\": " + value.serialized(indented: false)).utf8
  }

  private mutating func writeAddedTokens() throws {
    output += ",\n  \"added_tokens\": [".utf8
    for (index, id) in tokenizer.addedIDs.enumerated() {
      output += ((index > 0 ? "," : "") + "\n    {\"id\": \(id), \"content\": ").utf8
      quote(tokenizer.tokens[id])
      let isSpecial = tokenizer.types[id] != .userDefined
      output +=
        (", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, "
        + "\"special\": \(isSpecial)}").utf8
    }
    output += "\n  ]".utf8
  }

  private mutating func writeModel(
    _ settings: [(String, JSON)], merges: (inout Self) throws -> Void
  ) throws {
    output += ",\n  \"model\": {\n    \"type\": \"BPE\"".utf8
    for (key, value) in settings {
      output += ",\n    \"\(key)\": \(value.serialized(indented: false))".utf8
    }
    output += ",\n    \"vocab\": {".utf8
    // Unused tokens pad the embedding; no text becomes one.
    var isFirst = true
    for (id, token) in tokenizer.tokens.enumerated() where tokenizer.types[id] != .unused {
      output += (isFirst ? "\n      " : ",\n      ").utf8
      quote(token)
      output += ": \(id)".utf8
      isFirst = false
    }
    output += "\n    },\n    \"merges\": [".utf8
    try merges(&self)
    output += "\n    ]\n  }".utf8
  }

  private mutating func writeMerges(_ merges: [[UInt8]]) throws {
    for (index, merge) in merges.enumerated() {
      guard let space = merge.firstIndex(of: 0x20), space > 0, space + 1 < merge.count,
        !merge[(space + 1)...].contains(0x20)
      else {
        throw tokenizer.metadata.failure(
          "tokenizer.ggml.merges",
          "holds at index \(index) \"\(String(decoding: merge, as: UTF8.self))\", expected two parts "
            + "with one space between")
      }
      writeMerge(merge[..<space], merge[(space + 1)...], isFirst: index == 0)
    }
  }

  private mutating func writeMerges(_ scores: [Float]) {
    let list = SentencePieceMerges(
      tokens: tokenizer.tokens, scores: scores, isMerged: { tokenizer.types[$0] == .normal })
    for (index, merge) in list.merges.enumerated() {
      let token = list.tokens[merge.token]
      writeMerge(token[..<merge.middle], token[merge.middle...], isFirst: index == 0)
    }
  }

  private mutating func writeMerge(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, isFirst: Bool
  ) {
    output += (isFirst ? "\n      [" : ",\n      [").utf8
    quote(left)
    output += ", ".utf8
    quote(right)
    output.append(UInt8(ascii: "]"))
  }

  /// Appends bytes of UTF-8 as a string of JSON.
  private mutating func quote(_ bytes: some Sequence<UInt8>) {
    output.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        output += ("\\u00" + (byte < 16 ? "0" : "") + digits).utf8
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  // MARK: - Steps

  private static func byteLevel(trimsOffsets: Bool) -> JSON {
    [
      "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": .bool(trimsOffsets),
      "use_regex": true,
    ]
  }

  private func bytePairPostProcessor(_ kind: PreTokenizerKind) -> JSON {
    let bytes = Self.byteLevel(trimsOffsets: false)
    guard let template else { return kind == .smollm ? .null : bytes }
    return ["type": "Sequence", "processors": [bytes, template]]
  }

  /// What adds BOS and EOS, nil where neither is added.
  private var template: JSON? {
    var single: [JSON] = [["Sequence": ["id": "A", "type_id": 0]]]
    var pair = single + [["Sequence": ["id": "B", "type_id": 0]]]
    var tokens = JSONObject()
    func special(_ id: Int) -> JSON {
      let text = JSON.string(String(decoding: tokenizer.tokens[id], as: UTF8.self))
      tokens[text.string ?? ""] = ["id": text, "ids": [JSON(id)], "tokens": [text]]
      return ["SpecialToken": ["id": text, "type_id": 0]]
    }
    if tokenizer.addsBOS, let id = tokenizer.bosID {
      single.insert(special(id), at: 0)
      pair.insert(special(id), at: 1)
      pair.insert(special(id), at: 0)
    }
    if tokenizer.addsEOS, let id = tokenizer.eosID {
      single.append(special(id))
      pair.append(special(id))
    }
    guard tokens.count > 0 else { return nil }
    return [
      "type": "TemplateProcessing", "single": .array(single), "pair": .array(pair),
      "special_tokens": .object(tokens),
    ]
  }

  private var unknownToken: JSON {
    // SentencePiece's own default.
    let id = tokenizer.unknownID ?? tokenizer.types.firstIndex(of: .unknown)
    return id.map { .string(String(decoding: tokenizer.tokens[$0], as: UTF8.self)) } ?? .null
  }

  private static func sentencePieceNormalizer(_ addsPrefixSpace: Bool) -> JSON {
    let replace: JSON = ["type": "Replace", "pattern": ["String": " "], "content": "\u{2581}"]
    guard addsPrefixSpace else { return replace }
    return [
      "type": "Sequence", "normalizers": [["type": "Prepend", "prepend": "\u{2581}"], replace],
    ]
  }

  private static func sentencePieceDecoder(_ addsPrefixSpace: Bool) -> JSON {
    var steps: [JSON] = [
      ["type": "Replace", "pattern": ["String": "\u{2581}"], "content": " "],
      ["type": "ByteFallback"], ["type": "Fuse"],
    ]
    if addsPrefixSpace { steps.append(["type": "Strip", "content": " ", "start": 1, "stop": 0]) }
    return ["type": "Sequence", "decoders": .array(steps)]
  }
}
