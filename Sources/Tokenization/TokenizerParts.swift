// SPDX-License-Identifier: Apache-2.0

/// What a tokenizer file comes down to, whichever its format.
struct TokenizerParts: Sendable {
  var format: TokenizerSummary.Format
  var model: BytePairModel
  var addedTokens: [AddedToken] = []
  var normalizers: [Normalizer] = []
  var preTokenizers: [PreTokenizer] = []
  /// What is put before and after a text.
  var prefix: [Int32] = []
  var suffix: [Int32] = []
  /// What leaves white space out of offsets.
  var offsetTrims: [OffsetTrim] = []
  /// Nil where the file names no decoder.
  var decodingSteps: [DecodingStep]?
  var bosID: Int32?
  var eosID: Int32?
}

/// What a tokenizer is made of, for people and for records.
public struct TokenizerSummary: Sendable, Equatable, CustomStringConvertible {
  /// The kind of file that it was read from.
  public enum Format: String, Sendable {
    /// `tokenizer.json` of the `tokenizers` package.
    case json = "tokenizer.json"
    /// `tokenizer.model` of SentencePiece.
    case sentencePiece = "SentencePiece model"
    /// `vocab.json` and `merges.txt`, as GPT-2 and Qwen publish them.
    case bytePairFiles = "vocab.json and merges.txt"
  }

  /// The kind of file.
  public let format: Format
  /// Whether the model works on bytes rather than on Unicode scalars.
  public let isByteLevel: Bool
  /// The number of tokens, added ones included.
  public let vocabularyCount: Int
  /// The number of merges.
  public let mergeCount: Int
  /// The number of tokens that are recognized in the text itself.
  public let addedTokenCount: Int
  /// The steps that rewrite text, by the names that `tokenizer.json` gives them.
  public let normalizers: [String]
  /// The steps that cut text, by the same names.
  public let preTokenizers: [String]
  /// Whether encoding with special tokens begins with BOS.
  public let addsBOS: Bool

  init(_ parts: TokenizerParts) {
    format = parts.format
    isByteLevel = parts.model.options.alphabet == .bytes
    let vocabulary = parts.model.vocabulary
    let further = Set(parts.addedTokens.map(\.id)).filter { !vocabulary.contains(Int($0)) }
    vocabularyCount = vocabulary.count + further.count
    mergeCount = parts.model.merges.count
    addedTokenCount = parts.addedTokens.count
    normalizers = parts.normalizers.map(\.name)
    preTokenizers = parts.preTokenizers.compactMap(\.name)
    addsBOS = parts.bosID != nil && parts.prefix.first == parts.bosID
  }

  /// One line: the kind of model, its size, its steps.
  public var description: String {
    let kind = isByteLevel ? "byte-level BPE" : "BPE over characters"
    let steps = normalizers + preTokenizers
    return "\(kind) (\(format.rawValue)), \(vocabularyCount) tokens, \(mergeCount) merges, "
      + (steps.isEmpty ? "" : steps.joined(separator: " > ") + ", ")
      + (addsBOS ? "BOS added" : "no BOS added")
  }
}
