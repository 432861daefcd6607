// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A SentencePiece `tokenizer.model` of type BPE.
///
/// - Source: sentencepiece_model.proto.
struct SentencePieceModel {
  /// The type of a piece.
  enum PieceType: Int {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  /// A piece; its index in the file is its id.
  struct Piece {
    var text: ArraySlice<UInt8> = []
    var score: Float = 0
    var type = PieceType.normal
  }

  private(set) var pieces: [Piece] = []
  /// The id of the unknown token according to the trainer specification, -1 for none; likewise
  /// `bosID` and `eosID`.
  private(set) var unknownID = 0
  private(set) var bosID = 1
  private(set) var eosID = 2
  /// Whether a space is inserted before the text.
  private(set) var addsDummyPrefix = true
  let path: String

  /// Parses a file.
  ///
  /// - Parameters:
  ///   - bytes: The contents of the file.
  ///   - path: The name of the file, for messages.
  /// - Throws: `SPINError` if the file is damaged or needs something that is not supported, such as
  ///   a model type other than BPE, normalization, or removal of spaces.
  init(_ bytes: [UInt8], path: String) throws {
    self.path = path
    var hasTrainer = false
    try ProtobufReader.forEachField(of: bytes[...], path: path) { field in
      switch field.number {
      case 1:
        guard pieces.count < Vocabulary.maximumCount else {
          throw field.failure("has more than \(Vocabulary.maximumCount) pieces")
        }
        pieces.append(try Self.piece(field, path: path))
      case 2:
        hasTrainer = true
        try readTrainer(field)
      case 3: try readNormalizer(field)
      default: break
      }
    }
    guard hasTrainer, !pieces.isEmpty else {
      throw SPINError(
        .malformedInput, at: path,
        "has \(pieces.count) pieces and \(hasTrainer ? "a" : "no") trainer specification, expected"
          + " a SentencePiece model")
    }
  }

  private static func piece(_ field: ProtobufReader.Field, path: String) throws -> Piece {
    var piece = Piece()
    try ProtobufReader.forEachField(of: field.bytes(), path: path) { inner in
      switch inner.number {
      case 1: piece.text = try inner.bytes()
      case 2: piece.score = try inner.float()
      case 3:
        guard let type = PieceType(rawValue: try inner.integer()) else {
          throw inner.failure("the type \(try inner.integer()) of a piece is not known")
        }
        piece.type = type
      default: break
      }
    }
    guard String(validating: piece.text, as: UTF8.self) != nil, !piece.text.isEmpty else {
      throw field.failure("the text of a piece is not valid UTF-8 of at least one byte")
    }
    guard piece.score.isFinite else { throw field.failure("the score of a piece is not finite") }
    return piece
  }

  private mutating func readTrainer(_ field: ProtobufReader.Field) throws {
    // The default of the format, UNIGRAM.
    var modelType = 1
    try ProtobufReader.forEachField(of: field.bytes(), path: path) { inner in
      switch inner.number {
      case 3: modelType = try inner.integer()
      case 24 where try inner.integer() != 0:
        throw inner.failure("treat_whitespace_as_suffix is not supported")
      case 40: unknownID = try inner.integer()
      case 41: bosID = try inner.integer()
      case 42: eosID = try inner.integer()
      default: break
      }
    }
    guard modelType == 2 else {
      let name = [1: "unigram", 3: "word", 4: "char"][modelType] ?? String(modelType)
      throw field.failure("the model type \(name) is not supported, expected BPE")
    }
  }

  private mutating func readNormalizer(_ field: ProtobufReader.Field) throws {
    var removesSpaces = true
    var escapesSpaces = true
    try ProtobufReader.forEachField(of: field.bytes(), path: path) { inner in
      switch inner.number {
      case 2 where try !inner.bytes().isEmpty:
        throw inner.failure("normalization is not supported, expected the identity")
      case 3: addsDummyPrefix = try inner.integer() != 0
      case 4: removesSpaces = try inner.integer() != 0
      case 5: escapesSpaces = try inner.integer() != 0
      default: break
      }
    }
    guard !removesSpaces else {
      throw field.failure("remove_extra_whitespaces is not supported, expected false")
    }
    guard escapesSpaces else {
      throw field.failure("escape_whitespaces is false, expected true")
    }
  }
}
