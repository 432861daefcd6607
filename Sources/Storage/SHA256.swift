// SPDX-License-Identifier: Apache-2.0

internal import CDigest

/// An incremental SHA-256, for input in pieces of any length.
///
/// - Source: FIPS 180-4.
public struct SHA256: Sendable {
  private var digest: BlockDigest

  /// Begins a digest.
  public init() {
    digest = unsafe BlockDigest(start: spin_sha256_start, compression: spin_sha256_blocks)
  }

  /// Whether the processor's SHA-256 instructions are in use.
  public static var isAccelerated: Bool { spin_sha256_is_accelerated() != 0 }

  /// Adds bytes to the digest.
  public mutating func update(_ bytes: RawSpan) { digest.update(bytes) }

  /// Adds the bytes of an array to the digest.
  public mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  /// The 32-byte digest of all bytes added so far.
  public func finalize() -> [UInt8] { digest.finalize(wordCount: 8) }

  /// The digest of all bytes added so far, as 64 lower-case hexadecimal digits.
  public var hexadecimal: String { Self.hexadecimal(finalize()) }

  /// Bytes as lower-case hexadecimal digits.
  public static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
