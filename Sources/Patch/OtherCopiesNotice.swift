// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINStorage

/// What the model card of an edited model says about other copies of the weights that were kept.
public enum OtherCopiesNotice {
  private static let card = "README.md"

  /// Warns in the card of a model of the copies of other weights that are in its folder.
  ///
  /// - Parameter folder: The folder of the edited model.
  public static func add(to folder: String) throws {
    let copies = try OtherCopies(ModelDirectory(path: folder)).found()
    if !copies.isEmpty { try add(copies, to: folder) }
  }

  /// Puts the warning after the front matter of the card, or makes a card of it; an existing warning is replaced.
  static func add(_ copies: [OtherCopy], to folder: String) throws {
    let path = folder + "/" + card
    var bytes: [UInt8] = []
    if FileSystem.status(path)?.kind == .file { bytes = try FileSystem.read(path) }
    bytes = removed(from: bytes)
    let split = endOfFrontMatter(bytes)
    let names = copies.map { "`\($0.path.filter { $0 != "`" && !$0.isNewline })`" }
    let isOpenLine = split > 0 && bytes[split - 1] != UInt8(ascii: "\n")
    let text =
      (isOpenLine ? "\n" : "") + beginning
        + """
        > **Warning.** This folder holds other copies of the weights, and these are not edited: \
        \(names.joined(separator: ", ")). A program that reads one of them runs the model as it was \
        before.
        """ + ending
    // A new file: the one that is there may be shared, or not be ours to write.
    try OutputFile.write(bytes[..<split] + Array(text.utf8) + bytes[split...], to: path)
  }

  /// A card without the warning.
  static func removed(from card: [UInt8]) -> [UInt8] {
    guard let range = range(in: card) else { return card }
    return Array(card[..<range.lowerBound] + card[range.upperBound...])
  }

  /// Whether a card has the warning.
  static func isPresent(in card: [UInt8]) -> Bool { range(in: card) != nil }

  private static func range(in card: [UInt8]) -> Range<Int>? {
    guard let start = card.firstRange(of: Array(beginning.utf8)),
      let end = card[start.upperBound...].firstRange(of: Array(ending.utf8))
    else { return nil }
    return start.lowerBound..<end.upperBound
  }

  private static let beginning = "<!-- spin: other copies of the weights -->\n\n"
  private static let ending = "\n\n<!-- spin: end -->\n\n"

  /// The offset after the line of three hyphens that ends the front matter, 0 where there is none.
  private static func endOfFrontMatter(_ card: [UInt8]) -> Int {
    var start = 0
    var isOpen = false
    while start < card.count {
      let end = card[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? card.count
      let line = String(decoding: card[start..<end], as: UTF8.self).filter { !$0.isWhitespace }
      if line == "---" || !isOpen && line == "\u{FEFF}---" {
        if isOpen { return end }
        isOpen = true
      } else if !isOpen {
        return 0
      }
      start = end
    }
    return 0
  }
}
