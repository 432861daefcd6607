// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINTestSupport
import SPINTokenization
import Testing

/// Small `tokenizer.json` documents, changed member by member for each test.
enum SmallTokenizers {
  /// SentencePiece-style, as Llama 2: "▁hello" is whole, byte fallback for <0x0A> and <0xC3> only.
  static let llama: JSONObject = [
    "version": "1.0",
    "added_tokens": [
      ["id": 0, "content": "<unk>", "normalized": false, "special": true],
      ["id": 1, "content": "<s>", "normalized": false, "special": true],
      ["id": 2, "content": "</s>", "normalized": false, "special": true],
    ],
    "normalizer": [
      "type": "Sequence",
      "normalizers": [
        ["type": "Prepend", "prepend": "▁"],
        ["type": "Replace", "pattern": ["String": " "], "content": "▁"],
      ],
    ],
    "pre_tokenizer": nil,
    "post_processor": template(prefix: "<s>", id: 1),
    "decoder": [
      "type": "Sequence",
      "decoders": [
        ["type": "Replace", "pattern": ["String": "▁"], "content": " "],
        ["type": "ByteFallback"], ["type": "Fuse"],
        ["type": "Strip", "content": " ", "start": 1, "stop": 0],
      ],
    ],
    "model": [
      "type": "BPE", "dropout": nil, "unk_token": "<unk>", "continuing_subword_prefix": nil,
      "end_of_word_suffix": nil, "fuse_unk": true, "byte_fallback": true,
      "vocab": [
        "<unk>": 0, "<s>": 1, "</s>": 2, "<0x0A>": 3, "<0xC3>": 4, "▁": 5, "h": 6, "e": 7, "l": 8,
        "o": 9, "he": 10, "ll": 11, "▁he": 12, "llo": 13, "▁hello": 14, "▁▁": 15, "lo": 16,
      ],
      "merges": ["h e", "l l", "▁ he", "ll o", "▁he llo", "▁ ▁", "l o", "l lo"],
    ],
  ]

  /// Byte-level, as GPT-2; `a`, `b`, space and the two bytes of "é" are tokens.
  static let gpt2: JSONObject = [
    "added_tokens": [["id": 9, "content": "<|end|>", "special": true]],
    "normalizer": nil,
    "pre_tokenizer": byteLevel,
    "post_processor": byteLevel,
    "decoder": byteLevel,
    "model": [
      "type": "BPE",
      "vocab": [
        "a": 0, "b": 1, "Ġ": 2, "Ã": 3, "©": 4, "ab": 5, "Ġab": 6, "Ã©": 7, "aba": 8,
      ],
      "merges": [["a", "b"], ["Ġ", "ab"], ["Ã", "©"], ["ab", "a"]],
    ],
  ]

  static let byteLevel: JSON = [
    "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
  ]

  static func template(prefix: String, id: Int) -> JSON {
    [
      "type": "TemplateProcessing",
      "single": [
        ["SpecialToken": ["id": JSON(prefix), "type_id": 0]],
        ["Sequence": ["id": "A", "type_id": 0]],
      ],
      "special_tokens": .object([prefix: ["id": JSON(prefix), "ids": [JSON(id)]]]),
    ]
  }
}

extension JSONObject {
  /// A copy in which the member at a path of keys is another, or is gone.
  func with(_ path: String..., value: JSON?) -> JSONObject { with(path[...], value) }

  private func with(_ path: ArraySlice<String>, _ value: JSON?) -> JSONObject {
    guard let key = path.first else { return self }
    var copy = self
    if path.count == 1 {
      copy[key] = value
    } else {
      copy[key] = .object((self[key]?.object ?? [:]).with(path.dropFirst(), value))
    }
    return copy
  }

  /// The tokenizer that this document describes.
  func tokenizer() throws -> Tokenizer {
    let directory = try TemporaryDirectory()
    return try Tokenizer(jsonFile: write(to: directory))
  }

  /// Writes the document as `tokenizer.json`.
  @discardableResult
  func write(to directory: TemporaryDirectory, as name: String = "tokenizer.json") throws -> String
  {
    let path = directory.file(name)
    try JSON.object(self).serialized().write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// The error on reading the document, without the directory it lies in.
  func refusal() throws -> String {
    let directory = try TemporaryDirectory()
    let path = try write(to: directory)
    let error = try #require(throws: SPINError.self) { try Tokenizer(jsonFile: path) }
    #expect(error.code == .malformedInput)
    return error.description.replacingOccurrences(of: directory.path + "/", with: "")
  }
}
