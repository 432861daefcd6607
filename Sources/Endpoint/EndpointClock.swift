// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The time, and waiting for it to pass; tests bring their own.
package protocol EndpointClock: Sendable {
  /// Now, in seconds since 1970.
  var secondsSince1970: Double { get }
  /// Waits, but not on once `shouldStop` says so.
  func wait(seconds: Double, shouldStop: () -> Bool)
}

/// The machine's clock.
package struct SystemClock: EndpointClock {
  /// How long a wish to stop may go unnoticed, in seconds.
  static let attention = 0.02

  package init() {}

  package var secondsSince1970: Double { Date().timeIntervalSince1970 }

  package func wait(seconds: Double, shouldStop: () -> Bool) {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while !shouldStop(), clock.now < end {
      Thread.sleep(forTimeInterval: min(Self.attention, (end - clock.now) / .seconds(1)))
    }
  }
}
