// SPDX-License-Identifier: Apache-2.0

/// An incremental digest over the 64-byte blocks of SHA-1 and SHA-256, for input in pieces of any
/// length.
///
/// - Source: FIPS 180-4, 5.1.1, 5.2.1 and 6.
@safe struct BlockDigest: Sendable {
  /// Adds whole blocks to a state; takes the words of the state, the first byte and the number of
  /// blocks.
  typealias Compression =
    @convention(c) @Sendable (UnsafeMutablePointer<UInt32>?, UnsafePointer<UInt8>?, Int) -> Void

  /// The words of the state; a digest with fewer than eight words leaves the last ones unused.
  private var state: InlineArray<8, UInt32>
  private var stream = BlockStream()
  private let compression: Compression

  /// Begins a digest.
  ///
  /// - Parameters:
  ///   - start: The C function that writes the initial state.
  ///   - compression: The C function that adds blocks to the state.
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
    // Local copies, because `stream.update` has exclusive access to part of `self`.
    var state = state
    let compression = unsafe compression
    stream.update(bytes) { unsafe Self.compress($0, into: &state, compression) }
    self.state = state
  }

  /// The first `wordCount` words of the digest of all bytes added so far, in big-endian order.
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
