// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// The card in the folder of a model, `README.md`: the base model's as it came, or the card of an edit with the base
/// model's behind it.
///
///     ---                                   front matter, of which the license is the base model's
///     <!-- spin: the card of the edit -->
///     <!-- spin-sha256:... -->              a seal of all above the next mark
///     ...
///     <!-- spin: the card of the base model -->
///     <!-- spin: its beginning              its front matter, where it has one
///     -->
///     ...
package struct EditCard {
  /// The name of the file.
  package static let fileName = "README.md"
  /// What is taken over from the front matter of the base model's card.
  package static let keys = ["license", "license_name", "license_link", "language"]
  static let beginning = "<!-- spin: the card of the edit -->"
  static let separator = "<!-- spin: the card of the base model -->"
  private static let headBeginning = "<!-- spin: its beginning\n"
  private static let headEnding = "\n-->"

  /// Whether it is the card of an edit.
  package let isOfEdit: Bool
  /// The front matter of the file, an edit's or the base model's.
  package let frontMatter: FrontMatter
  /// The front matter of the base model's card; that of the file where the card of an edit does not hold it.
  package let baseFrontMatter: FrontMatter
  /// The text of the base model's card; nil where there is none.
  package let baseText: String?
  /// What precedes that text, front matter and empty lines; nil where it is not known.
  private let head: String?
  /// The file up to the base model's card, without the notice of other copies.
  private let ownPart: String

  /// Parts a card.
  ///
  /// - Parameter card: The whole file; empty where there is none.
  package init(_ card: String) {
    let card = String(
      decoding: OtherCopiesNotice.removed(from: Array(card.utf8)), as: UTF8.self)
    let (frontMatter, text) = FrontMatter.split(card)
    self.frontMatter = frontMatter
    guard let begin = text.firstRange(of: Self.beginning) else {
      let rest = String(text.drop { $0.isNewline })
      isOfEdit = false
      baseFrontMatter = frontMatter
      baseText = rest.isEmpty ? nil : rest
      // Where lines ended otherwise, the text is not the end of the file byte by byte.
      head =
        card.utf8.count >= rest.utf8.count
          && card.utf8.suffix(rest.utf8.count).elementsEqual(rest.utf8)
        ? String(card.utf8.dropLast(rest.utf8.count)) : nil
      ownPart = ""
      return
    }
    isOfEdit = true
    let behind = text[begin.upperBound...].firstRange(of: Self.separator)
    ownPart = Self.ownPart(of: card)
    let rest = behind.map { String(text[$0.upperBound...].drop { $0.isNewline }) } ?? ""
    guard rest.hasPrefix(Self.headBeginning), let end = rest.firstRange(of: Self.headEnding) else {
      baseFrontMatter = frontMatter
      head = rest.isEmpty ? "" : nil
      baseText = rest.isEmpty ? nil : rest
      return
    }
    let head = String(rest[..<end.lowerBound].dropFirst(Self.headBeginning.count))
    let body = String(rest[end.upperBound...].drop { $0.isNewline })
    self.head = head
    baseFrontMatter = FrontMatter.split(head).frontMatter
    baseText = body.isEmpty ? nil : body
  }

  /// The card of an edit before the card of the base model.
  ///
  /// - Parameters:
  ///   - lines: The front matter, without the lines of hyphens.
  ///   - body: What a reader has to know of the edit.
  package func text(frontMatter lines: [String], body: String) -> String {
    var text = ["---"] + lines + ["---", "", Self.beginning]
    text += ["<!-- \(ContentSeal.blank) -->", "", body]
    let own = ContentSeal.sealed(text.joined(separator: "\n") + "\n")
    var rest: [String] = []
    if let head, !head.isEmpty, !head.contains("-->") {
      rest += [Self.headBeginning + head + Self.headEnding]
    }
    if let baseText { rest += rest.isEmpty ? [baseText] : ["", baseText] }
    guard !rest.isEmpty else { return own }
    let base = rest.joined(separator: "\n")
    return own + "\n" + Self.separator + "\n\n" + base + (base.hasSuffix("\n") ? "" : "\n")
  }

  /// Whether the card of an edit is as it was written; nil where it is none, or one of an earlier version.
  package var isIntact: Bool? { isOfEdit ? ContentSeal.isIntact(Array(ownPart.utf8)) : nil }

  /// The base model's card, as it was before the card of an edit; nil where there was none.
  package var baseCard: String? {
    guard isOfEdit else { return (head ?? "") + (baseText ?? "") }
    if let head {
      let card = head + (baseText ?? "")
      return card.isEmpty ? nil : card
    }
    // The card of an earlier version, which kept the license only.
    let lines = frontMatter.lines(of: Self.keys)
    let start = lines.isEmpty ? "" : (["---"] + lines + ["---", "", ""]).joined(separator: "\n")
    return baseText.map { start + $0 }
  }

  private static func ownPart(of card: String) -> String {
    guard let end = card.firstRange(of: "\n" + separator) else { return card }
    return String(card[..<end.lowerBound])
  }
}

extension EditCard {
  /// Reads the card in a folder; nil where there is none that could be one of spin.
  package init?(in folder: String) throws {
    let path = folder + "/" + Self.fileName
    guard let status = FileSystem.status(path, following: false), status.kind == .file,
      status.byteCount <= 16 << 20
    else { return nil }
    guard let text = String(validating: try FileSystem.read(path), as: UTF8.self) else {
      return nil
    }
    self.init(text)
  }

  /// Takes the card of an edit out of a folder: the base model's card is left, or none.
  ///
  /// The notice of other copies of the weights goes with it: they are those of the model again.
  ///
  /// - Parameter keepsEdited: Whether a card that the user changed is left alone.
  /// - Returns: Whether one stayed.
  package static func remove(from folder: String, keepsEdited: Bool) throws -> Bool {
    let path = folder + "/" + fileName
    guard let card = try EditCard(in: folder) else { return false }
    if card.isOfEdit, keepsEdited, card.isIntact != true { return true }
    let hasNotice = try OtherCopiesNotice.isPresent(in: FileSystem.read(path))
    guard card.isOfEdit || hasNotice else { return false }
    if let base = card.baseCard, !base.isEmpty {
      try OutputFile.write(Array(base.utf8), to: path)
    } else {
      try FileSystem.remove(path)
    }
    return false
  }
}
