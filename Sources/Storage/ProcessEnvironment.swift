// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Variables of this process, where a library of the system takes its settings from nowhere else.
package enum ProcessEnvironment {
  /// The value of a variable as it is now, nil where it is not set.
  package static func value(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Sets a variable, for this process and those that it starts.
  ///
  /// - Note: C libraries may read the environment on other threads at the same time, so this belongs before
  ///   the work begins and happens as rarely as can be.
  package static func set(_ name: String, to value: String) {
    _ = unsafe setenv(name, value, 1)
  }
}
