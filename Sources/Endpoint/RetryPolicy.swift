// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// How often, and after what delay, failed requests are sent again.
///
/// The client decides which failures are worth another attempt. `EndpointClient` sends a request
/// again if the response was 429 or 5xx other than 501, or the connection was refused, cut or timed
/// out. The delay before the attempt after attempt k is
///
///     min(largestDelay, firstDelay * 2^(k - 1)) * (1 + u) / 2
///
/// with u in [0, 1) derived from the seed, the number of the request and k; or the time that the
/// server asks for in `Retry-After`, if that is longer.
public struct RetryPolicy: Sendable, Equatable {
  /// The maximum number of attempts.
  public var attempts = 6
  /// The delay after the first attempt, in seconds, before jitter shortens it.
  public var firstDelay = 0.5
  /// The maximum delay, in seconds.
  public var largestDelay = 30.0
  /// The longest delay that a server may ask for, in seconds; asking for more is an error.
  public var longestRetryAfter = 600.0
  /// The seed of the jitter.
  public var seed: UInt64 = 0

  /// Six attempts with delays of at most 15.5 seconds in total, unless the server asks for more.
  public init() {}

  /// The delay after an attempt, counted from 1, in seconds.
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
