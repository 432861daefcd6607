// SPDX-License-Identifier: Apache-2.0

import SPINStatistics
import Testing

struct ParetoFrontTests {
  @Test func whatIsBeatenInEverythingIsNotOnTheFront() {
    let values: [[Double]] = [[1, 5], [2, 4], [2, 3], [0, 6], [1, 5], [0, 5]]
    #expect(ParetoFront.members(values) == [true, true, false, true, true, false])
    #expect(ParetoFront.members([[3]]) == [true])
    #expect(ParetoFront.members([]) == [])
  }
}
