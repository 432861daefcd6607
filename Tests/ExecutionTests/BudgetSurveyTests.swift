// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import Testing

/// Plans that do not fit a memory budget are noted until all are known, and refused together.
struct BudgetSurveyTests {
  @Test func theLargestShortfallIsThrown() throws {
    let execution = Execution(threads: 1, maxMemory: 100_000_000).surveyed()
    for (bytes, what) in [
      (120, "one needs"), (150, "two needs"), (90, "none needs"), (130, "three needs"),
    ] {
      try execution.require(bytes * 1_000_000, what: what, remedy: "do less")
    }
    let error = #expect(throws: SPINError.self) { try execution.survey?.close() }
    #expect(
      error?.description
        == "maxMemory: is 100 MB, two needs at least 150 MB; allow more, or do less")
    // From now on each is refused at once.
    #expect(throws: SPINError.self) {
      try execution.require(101_000_000, what: "it needs", remedy: "do less")
    }
    try execution.require(100_000_000, what: "it needs", remedy: "do less")
  }

  @Test func whatFitsIsNotRefused() throws {
    let execution = Execution(threads: 1, maxMemory: 100_000_000).surveyed()
    try execution.require(100_000_000, what: "it needs", remedy: "do less")
    try execution.survey?.close()
  }
}
