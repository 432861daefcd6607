// SPDX-License-Identifier: Apache-2.0

/// What a file holds: its SHA-256 or, of a large result, that of its size and of sixteen samples of it.
///
/// Of results, which have digests elsewhere, a file that we wrote is distinguished from one that replaced it.
struct FileFingerprint: Equatable, Sendable {
  /// 64 hexadecimal digits, after a tilde where only samples were read.
  let text: String

  private static let largest = 64 << 20
  private static let piece = 64 << 10
  private static let places = 16

  /// Reads a text that a fingerprint gave; nil where it is none.
  init?(text: String) {
    let digits = text.utf8.first == UInt8(ascii: "~") ? text.utf8.dropFirst() : text.utf8[...]
    guard digits.count == 64,
      digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.text = text
  }

  /// Whether it is of every byte, whatever the size.
  var isWhole: Bool { text.utf8.first != UInt8(ascii: "~") }

  /// Looks at a file.
  ///
  /// - Parameter isWhole: Whether to read every byte of a large one, too.
  init(ofFileAt path: String, isWhole: Bool) throws {
    let file = try MappedFile(path: path)
    var hash = SHA256()
    guard file.byteCount > Self.largest, !isWhole else {
      for start in stride(from: 0, to: file.byteCount, by: 4 << 20) {
        file.withBytes(start..<min(start + 4 << 20, file.byteCount)) { hash.update($0) }
      }
      text = hash.hexadecimal
      return
    }
    hash.update(Array("\(file.byteCount)\n".utf8))
    for place in 0..<Self.places {
      let start = (file.byteCount - Self.piece) / (Self.places - 1) * place
      file.withBytes(start..<start + Self.piece) { hash.update($0) }
    }
    text = "~" + hash.hexadecimal
  }
}
