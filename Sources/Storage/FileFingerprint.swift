// SPDX-License-Identifier: Apache-2.0

/// A fingerprint of a file's contents: its SHA-256 or, for a file of more than 64 MiB, the SHA-256
/// of its size and sixteen samples of 64 KiB.
///
/// Samples are enough to distinguish a result from a file that replaced it; results have complete
/// digests elsewhere.
struct FileFingerprint: Equatable, Sendable {
  /// 64 hexadecimal digits, preceded by a tilde if only samples were read.
  let text: String

  private static let largest = 64 << 20
  private static let piece = 64 << 10
  private static let places = 16

  /// Parses the text of a fingerprint; nil if it is invalid.
  init?(text: String) {
    let digits = text.utf8.first == UInt8(ascii: "~") ? text.utf8.dropFirst() : text.utf8[...]
    guard digits.count == 64,
      digits.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self.text = text
  }

  /// Whether the fingerprint covers every byte of the file.
  var isWhole: Bool { text.utf8.first != UInt8(ascii: "~") }

  /// Computes the fingerprint of a file.
  ///
  /// - Parameter isWhole: Whether to read every byte even of a large file.
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
