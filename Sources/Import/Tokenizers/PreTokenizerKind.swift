// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINGGUF
import SPINJSON

/// How a byte-level BPE tokenizer cuts text, as `tokenizer.ggml.pre` names it.
///
/// - Source: `llama_vocab_pre_type` of llama.cpp for the names; the `tokenizer.json` of the models for
///   the steps. (transformers' own reader of GGUF leaves the digits of "smollm" out.)
enum PreTokenizerKind: String, CaseIterable {
  /// SmolLM and SmolLM2.
  case smollm
  /// Llama 3 and later.
  case llamaBPE = "llama-bpe"
  /// Qwen2, Qwen2.5 and Qwen3.
  case qwen2
  /// Mistral since Nemo.
  case tekken

  /// Finds the kind of a file.
  ///
  /// - Throws: `SPINError` with code `unavailable` that names one which is not known: text cut in
  ///   another way would become other tokens without anybody noticing.
  init(_ metadata: GGUFMetadata) throws {
    let key = "tokenizer.ggml.pre"
    let name = try metadata.string(key)
    guard let kind = name.flatMap({ Self(rawValue: $0) }) else {
      let names = Self.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw metadata.failure(
        key, "is \(name.map { "\"\($0)\"" } ?? "missing"), expected one of \(names)",
        code: .unavailable,
        remedy: name == nil
          ? "the file was made before 2024-05 and does not say how text is cut; use a newer one"
          : "use the checkpoint that the file was made from")
    }
    self = kind
  }

  /// Whether BOS goes first where the file does not say.
  var addsBOS: Bool { self == .llamaBPE || self == .tekken }
  /// Whether a word that is a token as a whole skips the merges.
  var ignoresMerges: Bool { self == .llamaBPE || self == .tekken }
  /// The member `normalizer`.
  var normalizer: JSON { self == .qwen2 ? ["type": "NFC"] : .null }

  /// The member `pre_tokenizer`.
  var preTokenizer: JSON {
    let first: JSON =
      switch self {
      case .smollm: ["type": "Digits", "individual_digits": true]
      case .llamaBPE: Self.split(Self.words("\\p{N}{1,3}"))
      case .qwen2: Self.split(Self.words("\\p{N}"))
      case .tekken: Self.split(Self.casedWords)
      }
    return [
      "type": "Sequence",
      "pretokenizers": [
        first,
        [
          "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
          "use_regex": .bool(self == .smollm),
        ],
      ],
    ]
  }

  private static func split(_ pattern: String) -> JSON {
    [
      "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
      "invert": false,
    ]
  }

  private static func words(_ digits: String) -> String {
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
      + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
  }

  private static let casedWords =
    "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
    + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
    + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
}
