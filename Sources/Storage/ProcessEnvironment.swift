// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The environment variables of this process.
package enum ProcessEnvironment {
  /// The current value of a variable; nil if it is not set.
  package static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Sets a variable for this process and the processes that it starts.
  ///
  /// - Note: C libraries may read the environment on other threads at the same time, so call this
  ///   before the work begins, and as rarely as possible.
  package static func set(_ name: String, to value: String) {
    _ = unsafe setenv(name, value, 1)
  }
}
