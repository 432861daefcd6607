// SPDX-License-Identifier: Apache-2.0

import Crypto
import SPINStorage

/// SHA-256 as lower-case hexadecimal, the form in which `sha256sum` and the Hugging Face Hub print it.
public enum FileDigest {
  /// The digest of a whole file, read in pieces so that it never becomes resident.
  ///
  /// - Throws: `SPINError` if the file cannot be opened or mapped.
  public static func sha256(ofFileAt path: String) throws -> String {
    try sha256(ofFileAt: path, with: [])
  }

  /// The digest that a file would have after some edits.
  package static func sha256(ofFileAt path: String, with edits: [ByteEdit]) throws -> String {
    let file = try MappedFile(path: path)
    let piece = 4 << 20
    var hash = SHA256()
    for start in stride(from: 0, to: file.byteCount, by: piece) {
      let range = start..<min(start + piece, file.byteCount)
      var bytes = file.bytes(range)
      for edit in edits {
        // An edit may lie across the end of a piece.
        for (place, byte) in zip(edit.offset..., edit.new) where range.contains(place) {
          bytes[place - start] = byte
        }
      }
      hash.update(data: bytes)
      file.releasePages(range)
    }
    return hexadecimal(hash.finalize())
  }

  /// The digest of some bytes.
  public static func sha256(_ bytes: [UInt8]) -> String {
    hexadecimal(SHA256.hash(data: bytes))
  }

  private static func hexadecimal(_ digest: SHA256Digest) -> String {
    digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
