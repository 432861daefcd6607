// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// SHA-256 of bytes that arrive in pieces of any length.
///
/// - Source: FIPS 180-4.
public struct SHA256: Sendable {
  private var state: InlineArray<8, UInt32>
  private var stream = BlockStream()

  /// The digest of nothing so far.
  public init() {
    state = InlineArray(repeating: 0)
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe spin_sha256_start(base) }
    }
  }

  /// Whether the processor's instructions for SHA-256 are in use.
  public static var isAccelerated: Bool { spin_sha256_is_accelerated() != 0 }

  /// Adds bytes.
  public mutating func update(_ bytes: RawSpan) {
    var state = state
    stream.update(bytes) { Self.compress($0, into: &state) }
    self.state = state
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The 32 bytes of the digest of what was added.
  public func finalize() -> [UInt8] {
    var state = state
    stream.finish { Self.compress($0, into: &state) }
    var digest: [UInt8] = []
    for index in 0..<8 {
      for shift in stride(from: 24, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: state[index] >> UInt32(shift)))
      }
    }
    return digest
  }

  /// The digest of what was added, as 64 lower-case hexadecimal digits.
  public var hexadecimal: String { Self.hexadecimal(finalize()) }

  /// Bytes as lower-case hexadecimal digits.
  public static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  private static func compress(_ blocks: RawSpan, into state: inout InlineArray<8, UInt32>) {
    var words = state.mutableSpan
    unsafe words.withUnsafeMutableBufferPointer { state in
      unsafe blocks.withUnsafeBytes { bytes in
        guard let state = state.baseAddress,
          let bytes = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { return }
        unsafe spin_sha256_blocks(state, bytes, blocks.byteCount / 64)
      }
    }
  }
}
