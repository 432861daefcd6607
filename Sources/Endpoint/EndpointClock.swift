// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The time, and waiting; a protocol so that tests can replace it.
package protocol EndpointClock: Sendable {
  /// The current time, in seconds since 1970.
  var secondsSince1970: Double { get }
  /// Waits for a number of seconds, or until `shouldStop` returns true.
  func wait(seconds: Double, shouldStop: () -> Bool)
}

/// The machine's clock.
package struct SystemClock: EndpointClock {
  /// The interval at which `shouldStop` is checked, in seconds.
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
