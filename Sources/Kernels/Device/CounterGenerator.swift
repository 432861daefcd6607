// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A counter-based random number generator: number i of a tensor in a step does not depend on the
/// order or the thread in which numbers are drawn.
///
/// This is Philox 4x32-10, with the seed as the key and (block, step, tensor) as the counter; each
/// block gives four numbers.
///
/// - Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11.
public struct CounterGenerator: Sendable {
  private let key: (UInt32, UInt32)
  private let step: UInt32
  private let tensor: UInt32

  /// The generator of a tensor in a step; both are from 0 to 2^32 - 1.
  public init(seed: UInt64, step: Int = 0, tensor: Int) {
    precondition(step >= 0 && step <= UInt32.max && tensor >= 0 && tensor <= UInt32.max, "range")
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.step = UInt32(step)
    self.tensor = UInt32(tensor)
  }

  /// The four 32-bit numbers at 4 `index` to 4 `index` + 3.
  public func block(_ index: UInt64) -> SIMD4<UInt32> {
    Self.philox(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), step, tensor),
      key: key)
  }

  static func philox(counter: SIMD4<UInt32>, key: (UInt32, UInt32)) -> SIMD4<UInt32> {
    var (counter, key) = (counter, key)
    for round in 0..<10 {
      if round > 0 { key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85) }
      let first = UInt64(0xD251_1F53) * UInt64(counter[0])
      let second = UInt64(0xCD9E_8D57) * UInt64(counter[2])
      counter = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key.0,
        UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key.1,
        UInt32(truncatingIfNeeded: first))
    }
    return counter
  }

  /// The two samples of the standard normal distribution at 2 `index` and 2 `index` + 1.
  ///
  /// They are computed from 53 random bits each by the Box-Muller transform in double precision.
  public func normals(_ index: UInt64) -> (Double, Double) {
    let bits = block(index)
    let first = UInt64(bits[0]) << 32 | UInt64(bits[1])
    let second = UInt64(bits[2]) << 32 | UInt64(bits[3])
    // In (0, 1], because the logarithm of 0 is not finite.
    let uniform = (Double(first >> 11) + 1) * 0x1p-53
    let angle = 2 * Double.pi * Double(second >> 11) * 0x1p-53
    let radius = (-2 * log(uniform)).squareRoot()
    return (radius * cos(angle), radius * sin(angle))
  }
}
