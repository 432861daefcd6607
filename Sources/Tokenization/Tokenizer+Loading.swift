// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINStorage

extension Tokenizer {
  /// Reads the tokenizer of a model directory: `tokenizer.json`, or else `tokenizer.model`, or else
  /// `vocab.json` with `merges.txt`.
  ///
  /// `tokenizer_config.json`, or else `special_tokens_map.json`, names BOS and EOS. Where
  /// `tokenizer.json` says nothing of what goes around a text, `add_bos_token` and
  /// `add_eos_token` of the configuration decide. A `tokenizer.model` is read as transformers'
  /// LlamaTokenizer reads it, with `legacy`, `add_prefix_space` and `added_tokens_decoder` of the
  /// configuration. A `vocab.json` with `merges.txt` is read as Qwen2Tokenizer or GPT2Tokenizer
  /// reads them; the model's type or else `tokenizer_class` decides which.
  ///
  /// - Throws: `SPINError`: code `missingInput` where the directory has none of these files,
  ///   `malformedInput` where a file is damaged, contradicts itself or asks for what is not
  ///   supported.
  public convenience init(directory: String) throws {
    let config = try TokenizerConfig(directory: directory)
    let json = directory + "/tokenizer.json"
    let model = directory + "/tokenizer.model"
    if FileManager.default.fileExists(atPath: json) {
      var parts = try TokenizerJSON.parts(Self.contents(json), path: json)
      try config.complete(&parts)
      self.init(parts)
    } else if FileManager.default.fileExists(atPath: model) {
      var parts = try SentencePieceModel(Self.contents(model), path: model)
        .parts(config.llamaOptions())
      try config.nameTokens(&parts)
      self.init(parts)
    } else if let files = BytePairFiles(directory: directory) {
      self.init(try files.parts(config))
    } else {
      throw SPINError(
        .missingInput, at: directory,
        "has no tokenizer.json, no tokenizer.model and no vocab.json with merges.txt",
        remedy: "download the tokenizer files of the model into it")
    }
  }

  /// Reads a `tokenizer.json` on its own; BOS is what its template puts first, EOS is unknown.
  ///
  /// - Throws: `SPINError` as `init(directory:)`.
  public convenience init(jsonFile path: String) throws {
    self.init(try TokenizerJSON.parts(Self.contents(path), path: path))
  }

  /// Reads a SentencePiece `tokenizer.model` on its own, with the defaults of LlamaTokenizer: BOS
  /// is added, and a space before each stretch of text.
  ///
  /// - Throws: `SPINError` as `init(directory:)`.
  public convenience init(sentencePieceFile path: String) throws {
    self.init(
      try SentencePieceModel(Self.contents(path), path: path).parts(LlamaTokenizerOptions()))
  }

  static func contents(_ path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    guard file.byteCount <= JSONReader.maximumByteCount else {
      throw SPINError(
        .malformedInput, at: path,
        "has \(file.byteCount) bytes, a tokenizer of at most \(JSONReader.maximumByteCount) is"
          + " expected")
    }
    let pointer = "version https://git-lfs"
    guard
      file.byteCount < pointer.utf8.count
        || file.bytes(0..<pointer.utf8.count) != Array(pointer.utf8)
    else {
      throw SPINError(
        .malformedInput, at: path, "is a Git LFS pointer instead of the file",
        remedy: "run `git lfs pull` in the directory")
    }
    return file.bytes(0..<file.byteCount)
  }
}
