// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON

/// The `model` object of a `tokenizer.json`.
struct TokenizerJSONModel {
  private var vocabulary: Vocabulary?
  private var merges: MergeList?
  private var options = BytePairModel.Options()
  private var unknownToken: String?

  /// Reads the object; only models of type BPE without dropout, prefix and suffix are supported.
  init(_ reader: inout JSONReader) throws {
    try reader.readObject { key, reader in
      switch key {
      case "type":
        let type = try reader.readString()
        guard type == "BPE" else {
          throw reader.failure("the model type \"\(type)\" is not supported, expected \"BPE\"")
        }
      case "vocab":
        vocabulary = try Self.readVocabulary(&reader, at: "\(reader.path): model.vocab")
      case "merges":
        var list = MergeList(documentByteCount: reader.byteCount)
        try reader.readArray { _, reader in try list.read(&reader) }
        merges = list
      case "unk_token": unknownToken = reader.takeNull() ? nil : try reader.readString()
      case "fuse_unk": options.fusesUnknown = try Self.readFlag(&reader)
      case "byte_fallback": options.fallsBackToBytes = try Self.readFlag(&reader)
      case "ignore_merges": options.ignoresMerges = try Self.readFlag(&reader)
      case "dropout":
        guard reader.takeNull() ? true : try reader.readDouble() == 0 else {
          throw reader.failure("dropout, which makes encoding random, is not supported")
        }
      case "continuing_subword_prefix", "end_of_word_suffix":
        guard reader.takeNull() ? true : try reader.readString().isEmpty else {
          throw reader.failure("\"\(key)\" is not supported, expected none")
        }
      default: try reader.skipValue()
      }
    }
    guard vocabulary != nil else { throw reader.failure("this model has no key \"vocab\"") }
    guard merges != nil else { throw reader.failure("this model has no key \"merges\"") }
  }

  private static func readFlag(_ reader: inout JSONReader) throws -> Bool {
    reader.takeNull() ? false : try reader.readBool()
  }

  /// Reads an object that maps tokens to ids.
  ///
  /// - Parameters:
  ///   - reader: The reader, at the object.
  ///   - place: The location of the object, for messages.
  static func readVocabulary(
    _ reader: inout JSONReader, at place: String
  ) throws -> Vocabulary {
    var vocabulary = Vocabulary()
    try reader.readMembers { token, reader in
      let id = try reader.readInt()
      do {
        try vocabulary.append(token, id: id)
      } catch let error as SPINError {
        throw error.located(in: place)
      }
    }
    do {
      try vocabulary.index()
    } catch let error as SPINError {
      throw error.located(in: place)
    }
    return vocabulary
  }

  /// The model with its merges resolved to ids.
  func resolved(path: String, isByteLevel: Bool) throws -> BytePairModel {
    guard let vocabulary, let merges else { preconditionFailure("read without both") }
    var options = options
    options.alphabet = isByteLevel ? .bytes : .scalars
    guard !isByteLevel || !options.fallsBackToBytes else {
      throw SPINError(
        .malformedInput, at: "\(path): model.byte_fallback",
        "is true in a byte-level tokenizer, whose bytes are tokens already")
    }
    if let unknownToken {
      guard let id = vocabulary.id(of: Array(unknownToken.utf8)) else {
        throw SPINError(
          .malformedInput, at: "\(path): model.unk_token",
          "\(quoted(Array(unknownToken.utf8))) is not in the vocabulary")
      }
      options.unknownID = id
    }
    do {
      let table = try merges.resolved(in: vocabulary)
      return BytePairModel(vocabulary: vocabulary, merges: table, options: options)
    } catch let error as SPINError {
      throw error.located(in: path)
    }
  }
}
