// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// An incremental SHA-1, by which git names the files of a repository, for input in pieces of any
/// length.
///
/// It shows whether a file was transferred intact. It does not protect against an attacker who can
/// make collisions.
///
/// - Source: FIPS 180-4.
package struct SHA1: Sendable {
  private var digest: BlockDigest

  /// Begins a digest.
  package init() {
    digest = unsafe BlockDigest(start: spin_sha1_start, compression: spin_sha1_blocks)
  }

  /// Begins the digest by which git names a file: git hashes `blob SIZE\0` before the contents.
  ///
  /// - Parameter byteCount: The size of the file.
  package init(gitBlobOf byteCount: Int) {
    self.init()
    update(Array("blob \(byteCount)\0".utf8))
  }

  /// Adds bytes to the digest.
  package mutating func update(_ bytes: RawSpan) { digest.update(bytes) }

  /// Adds the bytes of an array to the digest.
  package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The 20-byte digest of all bytes added so far.
  package func finalize() -> [UInt8] { digest.finalize(wordCount: 5) }

  /// The digest of all bytes added so far, as 40 lower-case hexadecimal digits.
  package var hexadecimal: String { SHA256.hexadecimal(finalize()) }
}
