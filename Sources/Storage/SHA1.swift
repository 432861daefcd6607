// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// SHA-1 of bytes that arrive in pieces of any length: how git names the files of a repository.
///
/// It tells whether a file came over whole. It does not tell whether somebody who can make collisions wrote it.
///
/// - Source: FIPS 180-4.
package struct SHA1: Sendable {
  private var digest: BlockDigest

  /// The digest of nothing so far.
  package init() {
    digest = unsafe BlockDigest(start: spin_sha1_start, compression: spin_sha1_blocks)
  }

  /// The digest of a file as git names it, before its first byte: git hashes `blob SIZE\0` in front.
  ///
  /// - Parameter byteCount: The size of the file.
  package init(gitBlobOf byteCount: Int) {
    self.init()
    update(Array("blob \(byteCount)\0".utf8))
  }

  /// Continues the digest over more bytes.
  package mutating func update(_ bytes: RawSpan) { digest.update(bytes) }

  /// Continues the digest over the bytes of an array.
  package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The 20 bytes of the digest of what was added.
  package func finalize() -> [UInt8] { digest.finalize(wordCount: 5) }

  /// The digest of what was added, as 40 lower-case hexadecimal digits.
  package var hexadecimal: String { SHA256.hexadecimal(finalize()) }
}
