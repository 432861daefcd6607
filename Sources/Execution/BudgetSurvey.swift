// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

/// Collects the memory shortfalls of all plans of a command, so that one error names the smallest
/// budget that suffices for all.
///
/// While a survey is open, plans that exceed the budget are noted and continue with the minimum of
/// memory; `close` then throws before any work begins. After that, work that exceeds the budget is
/// refused at once.
package final class BudgetSurvey: Sendable {
  private struct State {
    var isOpen = true
    var most: (bytes: Int, error: SPINError)?
  }

  private let state = Mutex(State())

  package init() {}

  /// Notes a shortfall and returns true; returns false if the survey is closed, and the caller must
  /// throw the error.
  func notes(_ bytes: Int, _ error: SPINError) -> Bool {
    state.withLock { state in
      guard state.isOpen else { return false }
      if bytes > state.most?.bytes ?? 0 { state.most = (bytes, error) }
      return true
    }
  }

  /// Ends the survey.
  ///
  /// - Throws: `SPINError` with code `usage` for the work that needs the most memory, if any
  ///   exceeds the budget.
  package func close() throws {
    let error = state.withLock { state in
      state.isOpen = false
      return state.most?.error
    }
    if let error { throw error }
  }
}
