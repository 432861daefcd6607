// SPDX-License-Identifier: Apache-2.0

import SPINErrors
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
  ///
  /// - Parameter shouldStop: Checked between pieces; true ends the work with an error of code
  ///   `interrupted`.
  package static func sha256(
    ofFileAt path: String, with edits: [ByteEdit], shouldStop: () -> Bool = { false }
  ) throws -> String {
    let file = try MappedFile(path: path)
    let piece = 4 << 20
    var hash = SHA256()
    for start in stride(from: 0, to: file.byteCount, by: piece) {
      let range = start..<min(start + piece, file.byteCount)
      guard !shouldStop() else {
        throw SPINError.stopped(at: path, "stopped while it was hashed")
      }
      // An edit may lie across the end of a piece.
      let touching = edits.filter { edit in
        edit.offset < range.upperBound && edit.offset + edit.new.count > range.lowerBound
      }
      if touching.isEmpty {
        file.withBytes(range) { hash.update($0) }
      } else {
        var bytes = file.bytes(range)
        for edit in touching {
          for (place, byte) in zip(edit.offset..., edit.new) where range.contains(place) {
            bytes[place - start] = byte
          }
        }
        hash.update(bytes)
      }
      file.releasePages(range)
    }
    return hash.hexadecimal
  }

  /// The digest of some bytes.
  public static func sha256(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexadecimal
  }
}
