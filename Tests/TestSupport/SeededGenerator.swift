// SPDX-License-Identifier: Apache-2.0

/// A small reproducible generator for property tests: SplitMix64 of Steele and others, 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The same seed gives the same numbers everywhere.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number drawn uniformly from -1 to 1.
  public mutating func nextFloat() -> Float { Float.random(in: -1...1, using: &self) }

  /// Several numbers drawn uniformly from -1 to 1.
  public mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in nextFloat() } }
}
