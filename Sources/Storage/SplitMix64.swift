// SPDX-License-Identifier: Apache-2.0

/// The SplitMix64 generator, which gives the same numbers for the same seed on every platform.
///
/// - Source: Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators".
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator with a seed.
  package init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    defer { state &+= 0x9E37_79B9_7F4A_7C15 }
    return Self.mixed(state)
  }

  /// A random number from 0 to `count` - 1.
  package mutating func index(below count: Int) -> Int {
    // The upper half of the product; the bias is at most count / 2^64, far below anything
    // observable.
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The first number of a generator with this seed, as a hash of the seed.
  package static func mixed(_ seed: UInt64) -> UInt64 {
    var z = seed &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
