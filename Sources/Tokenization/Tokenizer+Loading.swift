// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON
import SPINStorage

extension Tokenizer {
  /// Reads the tokenizer of a model directory from the first of these that exists:
  /// `tokenizer.json`, `tokenizer.model`, `vocab.json` with `merges.txt`.
  ///
  /// BOS and EOS are those of `tokenizer_config.json` or, failing that, of
  /// `special_tokens_map.json`. If `tokenizer.json` adds no tokens around a text, `add_bos_token`
  /// and `add_eos_token` of the configuration apply. A `tokenizer.model` is read as by
  /// LlamaTokenizer of transformers, with `legacy`, `add_prefix_space` and `added_tokens_decoder`
  /// of the configuration. A `vocab.json` with `merges.txt` is read as by Qwen2Tokenizer or
  /// GPT2Tokenizer, depending on the model type or, failing that, on `tokenizer_class`.
  ///
  /// - Throws: `SPINError` with code `missingInput` if the directory has none of these files; with
  ///   code `malformedInput` if a file is damaged, inconsistent or not supported.
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

  /// Reads a `tokenizer.json` alone; BOS is the first token of its template, and EOS is unknown.
  ///
  /// - Throws: `SPINError` like `init(directory:)`.
  public convenience init(jsonFile path: String) throws {
    self.init(try TokenizerJSON.parts(Self.contents(path), path: path))
  }

  /// Reads a SentencePiece `tokenizer.model` alone, with the defaults of LlamaTokenizer, which adds
  /// BOS and inserts a space before each section of text if the model says so.
  ///
  /// - Throws: `SPINError` like `init(directory:)`.
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
