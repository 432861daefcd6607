// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The options of `tokenizer_config.json` with which Hugging Face's LlamaTokenizer reads a
/// SentencePiece model.
struct LlamaTokenizerOptions: Sendable, Equatable {
  var addsBOS = true
  var addsEOS = false
  /// Whether a space is inserted before each section of text between added tokens, not only before
  /// the first.
  var isLegacy = true
  /// Whether a space is inserted before the text; nil for the setting of the model file.
  var addsPrefixSpace: Bool?
  /// Tokens that the configuration adds or describes.
  var addedTokens: [AddedToken] = []
}

extension SentencePieceModel {
  /// The tokenizer that LlamaTokenizer makes from the model.
  ///
  /// As in `convert_slow_tokenizer.LlamaConverter` of transformers, each way to divide a piece into
  /// two others is a merge. Pieces with equal scores get the same rank, so that the leftmost is
  /// merged first, as in SentencePiece itself.
  func parts(_ llama: LlamaTokenizerOptions) throws -> TokenizerParts {
    var vocabulary = Vocabulary()
    do {
      for (id, piece) in pieces.enumerated() { try vocabulary.append(piece.text, id: id) }
      try vocabulary.index()
    } catch let error as SPINError {
      throw error.located(in: path)
    }
    if let unused = pieces.firstIndex(where: { $0.type == .unused }) {
      throw SPINError(
        .malformedInput, at: path,
        "piece \(unused), \(quoted(pieces[unused].text)), is marked unused, which is not supported")
    }
    var options = BytePairModel.Options()
    options.fallsBackToBytes = pieces.contains { $0.type == .byte }
    options.unknownID = Int32(exactly: unknownID).flatMap { known($0) }
    options.fusesUnknown = true
    let model = BytePairModel(
      vocabulary: vocabulary, merges: try merges(vocabulary), options: options)
    var parts = TokenizerParts(format: .sentencePiece, model: model)
    parts.bosID = known(Int32(bosID))
    parts.eosID = known(Int32(eosID))
    parts.addedTokens = try addedTokens(llama, vocabulary)
    parts.prefix = llama.addsBOS ? [parts.bosID].compactMap(\.self) : []
    parts.suffix = llama.addsEOS ? [parts.eosID].compactMap(\.self) : []
    addSpaces(llama, to: &parts)
    return parts
  }

  private func known(_ id: Int32) -> Int32? { pieces.indices.contains(Int(id)) ? id : nil }

  private func addSpaces(_ llama: LlamaTokenizerOptions, to parts: inout TokenizerParts) {
    let marker = BytePairModel.wordMarker
    let addsPrefix = llama.addsPrefixSpace ?? addsDummyPrefix
    if llama.isLegacy {
      if addsPrefix { parts.normalizers.append(.prepend(marker)) }
      parts.normalizers.append(.replace([0x20], with: marker))
    } else {
      parts.preTokenizers = [
        .metaspace(
          replacement: marker, scheme: addsPrefix ? .first : .never, isSplit: false)
      ]
    }
    parts.decodingSteps = [.replace(marker, with: [0x20]), .byteFallback, .fuse]
    if addsPrefix { parts.decodingSteps?.append(.strip([0x20], start: 1, stop: 0)) }
  }

  /// The added tokens: control pieces and the unknown piece, which are special, and user-defined
  /// pieces, which are not.
  ///
  /// The configuration's description of a token takes precedence.
  private func addedTokens(
    _ llama: LlamaTokenizerOptions, _ vocabulary: Vocabulary
  ) throws -> [AddedToken] {
    var tokens: [AddedToken] = []
    let described = Set(llama.addedTokens.map(\.id))
    for (index, piece) in pieces.enumerated() where !described.contains(Int32(index)) {
      switch piece.type {
      case .control, .unknown, .userDefined:
        var token = AddedToken(id: Int32(index), content: Array(piece.text))
        token.isSpecial = piece.type != .userDefined
        tokens.append(token)
      case .normal, .byte, .unused: break
      }
    }
    tokens += llama.addedTokens
    try AddedToken.check(tokens, against: vocabulary, at: path)
    return tokens
  }

  private func merges(_ vocabulary: Vocabulary) throws -> MergeTable {
    var merges: [(left: Int32, right: Int32, whole: Int32)] = []
    for (id, piece) in pieces.enumerated() where piece.type == .normal {
      let text = Array(piece.text)
      let span = text.span
      for middle in 1..<max(text.count, 1) where text[middle] & 0xC0 != 0x80 {
        let left = vocabulary.id(of: span, 0..<middle)
        guard left >= 0, pieces[Int(left)].type == .normal else { continue }
        let right = vocabulary.id(of: span, middle..<text.count)
        guard right >= 0, pieces[Int(right)].type == .normal else { continue }
        merges.append((left, right, Int32(id)))
      }
    }
    guard merges.count <= MergeTable.maximumCount else {
      throw SPINError(
        .malformedInput, at: path,
        "its pieces make \(merges.count) merges, at most \(MergeTable.maximumCount) are allowed")
    }
    let scores = Set(pieces.map(\.score)).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: scores.enumerated().map { ($1, UInt32($0)) })
    var table = MergeTable(capacity: merges.count)
    for merge in merges {
      guard let rank = ranks[pieces[Int(merge.whole)].score] else { continue }
      table.append(merge.left, merge.right, MergeTable.Merge(rank: rank, id: merge.whole))
    }
    return table
  }
}
