// SPDX-License-Identifier: Apache-2.0

/// A digest of bytes that arrive in pieces of any length, over the blocks of 64 bytes that SHA-1 and SHA-256 take.
///
/// - Source: FIPS 180-4, 5.1.1, 5.2.1 and 6.
@safe struct BlockDigest: Sendable {
  /// Adds whole blocks to a state: the state's words, the first byte, the number of blocks.
  typealias Compression =
    @convention(c) @Sendable (UnsafeMutablePointer<UInt32>?, UnsafePointer<UInt8>?, Int) -> Void

  /// The words of the state; a digest of fewer than eight leaves the last ones alone.
  private var state: InlineArray<8, UInt32>
  private var stream = BlockStream()
  private let compression: Compression

  /// The digest of nothing so far.
  ///
  /// - Parameters:
  ///   - start: Writes the words of the state before the first block.
  ///   - compression: The function of the digest in C.
  init(
    start: @convention(c) (UnsafeMutablePointer<UInt32>?) -> Void, compression: Compression
  ) {
    unsafe self.compression = compression
    state = InlineArray(repeating: 0)
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { unsafe start($0.baseAddress) }
  }

  /// Continues the digest over more bytes.
  mutating func update(_ bytes: RawSpan) {
    // Copies, since the stream is changed meanwhile.
    var state = state
    let compression = unsafe compression
    stream.update(bytes) { unsafe Self.compress($0, into: &state, compression) }
    self.state = state
  }

  /// The first words of the digest of what was added, big end first.
  func finalize(wordCount: Int) -> [UInt8] {
    var state = state
    stream.finish { unsafe Self.compress($0, into: &state, compression) }
    return (0..<wordCount).flatMap { index in
      stride(from: 24, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: state[index] >> UInt32($0))
      }
    }
  }

  private static func compress(
    _ blocks: RawSpan, into state: inout InlineArray<8, UInt32>, _ compression: Compression
  ) {
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { state in
      unsafe blocks.withUnsafeBytes { bytes in
        unsafe compression(
          state.baseAddress, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
          blocks.byteCount / 64)
      }
    }
  }
}
