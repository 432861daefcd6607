// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINStorage
public import SPINTokenization
public import SPINTransformer

/// A checkpoint ready for use: weights, tokenizer, and the tokens that end a text.
///
///     let model = try LanguageModel(path: "Qwen2-0.5B-Instruct")
public struct LanguageModel: Sendable {
  /// The checkpoint.
  public private(set) var directory: ModelDirectory
  /// The decoder, on the checkpoint's weights.
  public private(set) var decoder: Decoder
  /// The tokenizer of the checkpoint.
  public let tokenizer: Tokenizer
  /// The tokens that end a generated text.
  ///
  /// `eos_token_id` of `generation_config.json`, else of `config.json`, else the tokenizer's; empty
  /// where none of them names one.
  public let endTokens: Set<Int32>

  /// Warnings about the checkpoint, as sentences.
  public var warnings: [String] { directory.warnings + decoder.warnings }

  /// Opens the folder of a Hugging Face checkpoint.
  ///
  /// - Throws: `SPINError` for whatever is wrong with weights, configuration or tokenizer.
  public init(path: String) throws {
    directory = try ModelDirectory(path: path)
    try directory.requirePlainWeights()
    decoder = try Decoder(directory: directory)
    tokenizer = try Tokenizer(directory: path)
    endTokens = try Self.endTokens(path) ?? Set([tokenizer.eosID].compactMap(\.self))
  }

  /// The same model with the weights of another mapping of its checkpoint, such as an edited one.
  ///
  /// - Throws: `SPINError` as `Decoder` does.
  public func replacingWeights(by directory: ModelDirectory) throws -> LanguageModel {
    var result = self
    result.directory = directory
    result.decoder = try decoder.replacingWeights(by: directory)
    return result
  }

  /// The same model with another decoder, such as one whose hidden states are changed.
  public func replacing(_ decoder: Decoder) -> LanguageModel {
    var result = self
    result.decoder = decoder
    return result
  }

  private static func endTokens(_ directory: String) throws -> Set<Int32>? {
    for name in ["generation_config.json", "config.json"] {
      let path = directory + "/" + name
      guard FileSystem.status(path) != nil else { continue }
      let json = try JSON(parsing: FileSystem.read(path), path: path)
      guard let value = json.object?["eos_token_id"], value != .null else { continue }
      let tokens = value.array ?? [value]
      return Set(
        try tokens.map { token in
          guard let id = Int(json: token), let id = Int32(exactly: id), id >= 0 else {
            throw SPINError(
              .configuration, at: path,
              "\"eos_token_id\" is neither a token id nor a list of them")
          }
          return id
        })
    }
    return nil
  }
}
