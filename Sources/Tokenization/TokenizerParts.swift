// SPDX-License-Identifier: Apache-2.0

/// The components of a tokenizer, independent of the file format.
struct TokenizerParts: Sendable {
  var format: TokenizerSummary.Format
  var model: BytePairModel
  var addedTokens: [AddedToken] = []
  var normalizers: [Normalizer] = []
  var preTokenizers: [PreTokenizer] = []
  /// The ids added before a text; `suffix` has those added after it.
  var prefix: [Int32] = []
  var suffix: [Int32] = []
  /// The post-processors that exclude white space from offsets.
  var offsetTrims: [OffsetTrim] = []
  /// The steps of decoding; nil if the file has no decoder.
  var decodingSteps: [DecodingStep]?
  var bosID: Int32?
  var eosID: Int32?
}

/// A summary of a tokenizer's components, for people and for records.
public struct TokenizerSummary: Sendable, Equatable, CustomStringConvertible {
  /// A file format of tokenizers.
  public enum Format: String, Sendable {
    /// `tokenizer.json` of the `tokenizers` package.
    case json = "tokenizer.json"
    /// `tokenizer.model` of SentencePiece.
    case sentencePiece = "SentencePiece model"
    /// `vocab.json` and `merges.txt`, as GPT-2 and Qwen publish them.
    case bytePairFiles = "vocab.json and merges.txt"
  }

  /// The format from which the tokenizer was read.
  public let format: Format
  /// Whether the model works on bytes instead of Unicode scalars.
  public let isByteLevel: Bool
  /// The number of tokens, including added tokens.
  public let vocabularyCount: Int
  /// The number of merges.
  public let mergeCount: Int
  /// The number of added tokens, which are recognized in the text itself.
  public let addedTokenCount: Int
  /// The steps that rewrite text, by their names in `tokenizer.json`.
  public let normalizers: [String]
  /// The steps that split text, by their names in `tokenizer.json` with distinguishing parameters.
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

  /// One line with the kind of model, its size and its steps.
  public var description: String {
    let kind = isByteLevel ? "byte-level BPE" : "BPE over characters"
    let steps = normalizers + preTokenizers
    return "\(kind) (\(format.rawValue)), \(vocabularyCount) tokens, \(mergeCount) merges, "
      + (steps.isEmpty ? "" : steps.joined(separator: " > ") + ", ")
      + (addsBOS ? "BOS added" : "no BOS added")
  }
}
