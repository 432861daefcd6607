// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// SHA-1 of bytes that arrive in pieces of any length: how git names the files of a repository.
///
/// It tells whether a file came over whole. It does not tell whether somebody who can make collisions wrote it.
///
/// - Source: FIPS 180-4.
package struct SHA1: Sendable {
  private var state: InlineArray<5, UInt32>
  private var stream = BlockStream()

  /// The digest of nothing so far.
  package init() {
    state = InlineArray(repeating: 0)
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe spin_sha1_start(base) }
    }
  }

  /// The digest of a file as git names it, before its first byte: git hashes `blob SIZE\0` in front.
  ///
  /// - Parameter byteCount: The size of the file.
  package init(gitBlobOf byteCount: Int) {
    self.init()
    update(Array("blob \(byteCount)\0".utf8))
  }

  /// Adds bytes.
  package mutating func update(_ bytes: RawSpan) {
    var state = state
    stream.update(bytes) { Self.compress($0, into: &state) }
    self.state = state
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The 20 bytes of the digest of what was added.
  package func finalize() -> [UInt8] {
    var state = state
    stream.finish { Self.compress($0, into: &state) }
    var digest: [UInt8] = []
    for index in 0..<5 {
      for shift in stride(from: 24, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: state[index] >> UInt32(shift)))
      }
    }
    return digest
  }

  /// The digest of what was added, as 40 lower-case hexadecimal digits.
  package var hexadecimal: String { SHA256.hexadecimal(finalize()) }

  private static func compress(_ blocks: RawSpan, into state: inout InlineArray<5, UInt32>) {
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { state in
      unsafe blocks.withUnsafeBytes { bytes in
        guard let state = state.baseAddress,
          let bytes = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return }
        unsafe spin_sha1_blocks(state, bytes, blocks.byteCount / 64)
      }
    }
  }
}
