// SPDX-License-Identifier: Apache-2.0

import SPINStorage

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
    let bits = SplitMix64.mixed(
      SplitMix64.mixed(seed &+ UInt64(truncatingIfNeeded: request))
        &+ UInt64(truncatingIfNeeded: attempt)
    )
    return whole * (1 + Double(bits >> 11) * 0x1p-53) / 2
  }
}
