// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINKernels

extension ModelDirectory {
  /// The tensor in which a parameter of a decoder is stored: for the embedding the output projection
  /// where a tied pair has nothing else.
  ///
  /// - Throws: `SPINError` as `tensor(_:)`.
  public func parameter(_ name: String) throws -> TensorEntry {
    if name == TensorName.embedding, entry(named: name) == nil, let head = tensors[TensorName.head]
    {
      return head
    }
    return try tensor(name)
  }
}

/// The embedding and the output projection, which are one matrix or two.
///
/// `config.json` says which, and the file has the last word, as in transformers 5: where both are
/// stored and differ, they are two; where a tied pair has only one of them, whichever it is, that
/// one is both.
///
/// - Source: `PreTrainedModel.tie_weights`, transformers 5.23.
struct VocabularyMatrices {
  let embedding: WeightMatrix
  let head: WeightMatrix
  let isTied: Bool
  let warnings: [String]

  init(_ reader: inout TensorReader, _ configuration: DecoderConfiguration) throws {
    let (rows, columns) = (configuration.vocabularySize, configuration.hiddenSize)
    func matrix(_ name: String) throws -> WeightMatrix {
      try reader.matrix(name, rows: rows, columns: columns)
    }
    let (embeddingName, headName) = (TensorName.embedding, TensorName.head)
    let (hasEmbedding, hasHead) = (reader.has(embeddingName), reader.has(headName))
    guard configuration.tiesWordEmbeddings else {
      embedding = try matrix(embeddingName)
      guard hasHead else { throw Self.missingHead(in: reader.directory.path) }
      head = try matrix(headName)
      isTied = false
      warnings = []
      return
    }
    guard hasHead else {
      embedding = try matrix(embeddingName)
      head = embedding
      isTied = true
      warnings = []
      return
    }
    head = try matrix(headName)
    guard hasEmbedding else {
      embedding = head
      isTied = true
      warnings = []
      return
    }
    let stored = try matrix(embeddingName)
    isTied = Self.areEqual(stored, head)
    embedding = stored
    warnings =
      isTied
      ? []
      : [
        "\(reader.directory.path): config.json ties the output projection to the embedding, but the "
          + "file holds two different matrices; both are used, as in transformers 5 (set "
          + "\"tie_word_embeddings\": false to say so)"
      ]
  }

  private static func missingHead(in path: String) -> SPINError {
    SPINError(
      .malformedInput, at: path, "has no tensor \"\(TensorName.head)\"",
      remedy:
        "if the model's output projection is its embedding, set \"tie_word_embeddings\": true "
        + "in config.json; otherwise this is a decoder without its language model's head")
  }

  /// Whether two matrices of one shape hold the same numbers, whatever their types; a NaN equals
  /// nothing, as in PyTorch.
  private static func areEqual(_ left: WeightMatrix, _ right: WeightMatrix) -> Bool {
    let piece = max(1, (1 << 20) / left.columns)
    for start in stride(from: 0, to: left.rows, by: piece) {
      let rows = start..<min(left.rows, start + piece)
      guard left.values(rows: rows) == right.values(rows: rows) else {
        left.releasePages()
        right.releasePages()
        return false
      }
    }
    left.releasePages()
    right.releasePages()
    return true
  }
}
