// SPDX-License-Identifier: Apache-2.0

/// A digest of a text inside the text, which shows whether the text was changed after it was
/// written.
///
///     let page = ContentSeal.sealed("<!-- \(ContentSeal.blank) -->\nnumbers\n")
///     ContentSeal.isIntact(Array(page.utf8))  // true
///
/// The digest is computed with 64 zeros in its place. It protects against mistakes, not against
/// forgery.
package enum ContentSeal {
  private static let token = "spin-sha256:"

  /// The placeholder for the digest in a text that is not yet sealed.
  package static let blank = token + String(repeating: "0", count: 64)

  /// Which of several marks in a text is the seal, since quotations in the text may contain others.
  package enum Place: Sendable { case first, last }

  /// Returns the text with its digest in place of `blank`.
  ///
  /// - Precondition: The text contains `blank`.
  package static func sealed(_ text: String, _ place: Place = .first) -> String {
    let (bytes, mark) = (Array(text.utf8), Array(blank.utf8))
    let places = starts(of: mark, in: bytes)
    guard let start = place == .first ? places.first : places.last else {
      preconditionFailure("text: no place for a seal")
    }
    let digest = Array((token + digest(of: bytes)).utf8)
    return String(
      decoding: bytes[..<start] + digest + bytes[(start + mark.count)...], as: UTF8.self)
  }

  /// Whether a text is unchanged since it was sealed, by its first or its last seal; nil if it
  /// contains none.
  package static func isIntact(_ bytes: [UInt8]) -> Bool? {
    let places = starts(of: Array(token.utf8), in: bytes).filter { start in
      start + blank.utf8.count <= bytes.count
        && bytes[(start + token.utf8.count)..<(start + blank.utf8.count)].allSatisfy(isDigit)
    }
    guard let first = places.first, let last = places.last else { return nil }
    return Set([first, last]).contains { start in
      let end = start + blank.utf8.count
      let found = Array(bytes[(start + token.utf8.count)..<end])
      let open = bytes[..<start] + Array(blank.utf8) + bytes[end...]
      return Array(digest(of: Array(open)).utf8) == found
    }
  }

  private static func digest(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return SHA256.hexadecimal(hash.finalize())
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  private static func starts(of mark: [UInt8], in bytes: [UInt8]) -> [Int] {
    guard bytes.count >= mark.count else { return [] }
    return (0...(bytes.count - mark.count)).filter { start in
      bytes[start] == mark[0] && bytes[start..<(start + mark.count)].elementsEqual(mark)
    }
  }
}
