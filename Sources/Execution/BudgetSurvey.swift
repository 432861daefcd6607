// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

/// What a command's plans need that its memory budget does not have, so that one error names the smallest budget for all.
///
/// While a survey is open, plans that do not fit are noted and go on with the least that they can do; `close` refuses the
/// command before it does any work. Afterwards whatever does not fit is refused at once.
package final class BudgetSurvey: Sendable {
  private struct State {
    var isOpen = true
    var most: (bytes: Int, error: SPINError)?
  }

  private let state = Mutex(State())

  package init() {}

  /// Whether a shortfall was noted; where the survey is closed it is the caller's to throw.
  func notes(_ bytes: Int, _ error: SPINError) -> Bool {
    state.withLock { state in
      guard state.isOpen else { return false }
      if bytes > state.most?.bytes ?? 0 { state.most = (bytes, error) }
      return true
    }
  }

  /// Ends the survey.
  ///
  /// - Throws: `SPINError` with code `usage` of the work that needs the most, where some work does not fit.
  package func close() throws {
    let error = state.withLock { state in
      state.isOpen = false
      return state.most?.error
    }
    if let error { throw error }
  }
}
