// SPDX-License-Identifier: Apache-2.0

/// How often, and after what time, a request is sent again that did not get its answer.
///
/// Sent again are requests that were answered with 429 or 5xx, or whose connection was cut or timed
/// out. Before attempt k + 1 passes
///
///     min(largestDelay, firstDelay * 2^(k - 1)) * (1 + u) / 2
///
/// with u in [0, 1) drawn from the seed, the number of the request and k; or as long as the server
/// asks for in `Retry-After`, if that is longer.
public struct RetryPolicy: Sendable, Equatable {
  /// How often a request is sent at most.
  public var attempts = 6
  /// The time after the first attempt, in seconds, before it is shortened by chance.
  public var firstDelay = 0.5
  /// No time grows beyond this, in seconds.
  public var largestDelay = 30.0
  /// The longest time that a server may ask for, in seconds; one that asks for more ends the work.
  public var longestRetryAfter = 600.0
  /// Decides what chance does.
  public var seed: UInt64 = 0

  /// Six attempts within about 15 seconds, where the server asks for nothing else.
  public init() {}

  /// The time between an attempt, from 1 on, and the next, in seconds.
  package func delay(after attempt: Int, of request: Int) -> Double {
    let steps = Double(min(attempt - 1, 60))
    let whole = min(
      largestDelay, firstDelay * Double(sign: .plus, exponent: Int(steps), significand: 1))
    let bits = Self.mixed(
      Self.mixed(seed &+ UInt64(truncatingIfNeeded: request)) &+ UInt64(truncatingIfNeeded: attempt)
    )
    return whole * (1 + Double(bits >> 11) * 0x1p-53) / 2
  }

  /// One step of SplitMix64 (Steele and others, 2014).
  private static func mixed(_ state: UInt64) -> UInt64 {
    var z = state &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
