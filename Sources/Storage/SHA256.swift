// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// SHA-256 of bytes that arrive in pieces of any length.
///
/// - Source: FIPS 180-4.
public struct SHA256: Sendable {
  private var state: InlineArray<8, UInt32>
  /// The bytes of the last block as far as it has come; fewer than 64.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

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
    byteCount &+= UInt64(bytes.byteCount)
    var start = 0
    if !rest.isEmpty {
      start = min(64 - rest.count, bytes.byteCount)
      bytes.extracting(0..<start).append(to: &rest)
      guard rest.count == 64 else { return }
      let block = rest
      unsafe compress(block.span.bytes)
      rest.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.byteCount - start) / 64 * 64
    compress(bytes.extracting(start..<start + whole))
    bytes.extracting((start + whole)...).append(to: &rest)
  }

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The 32 bytes of the digest of what was added.
  public func finalize() -> [UInt8] {
    var copy = self
    let bitCount = byteCount &* 8
    var padding: [UInt8] = [0x80]
    padding.append(contentsOf: repeatElement(0, count: (119 - rest.count) % 64))
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    copy.update(padding)
    var digest: [UInt8] = []
    for index in 0..<8 {
      for shift in stride(from: 24, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: copy.state[index] >> UInt32(shift)))
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

  private mutating func compress(_ blocks: RawSpan) {
    guard blocks.byteCount > 0 else { return }
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

extension RawSpan {
  fileprivate func append(to array: inout [UInt8]) {
    unsafe withUnsafeBytes { unsafe array.append(contentsOf: $0) }
  }
}
