// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINScores
import Testing

@Suite struct TopScoresTests {
  private func scores(
    _ indices: [Int], _ values: [Float], rows: Int = 2, columns: Int = 5
  ) throws -> TopScores {
    try TopScores(tensor: "m", rows: rows, columns: columns, indices: indices, values: values)
  }

  @Test func topOfWhatWasKeptIsAPrefix() throws {
    let found = try scores([7, 1, 3], [3, 2, 1])
    #expect(try Array(found.top(0)) == [])
    #expect(try Array(found.top(2)) == [7, 1])
    #expect(try Array(found.top(3)) == [7, 1, 3])
  }

  @Test func askingForMoreThanWasKeptSaysHowToRescore() throws {
    let found = try scores([7, 1, 3], [3, 2, 1])
    #expect {
      _ = try found.top(4)
    } throws: { error in
      "\(error)" == "m: the top 4 weights are requested, 3 scores were kept; "
        + "score again with keep: 4 or more, or request a smaller share"
    }
    #expect {
      _ = try found.top(11)
    } throws: { error in
      "\(error)".contains("the matrix has 10")
    }
  }

  @Test func theCutReportsMarginAndTies() throws {
    let found = try scores([9, 0, 2, 4, 6, 8], [5, 3, 3, 3, 1, 0.5])
    let clear = try found.cut(after: 1)
    #expect(clear.value == 5 && clear.nextValue == 3 && clear.margin == 2 && clear.tieCount == 0)
    #expect(try found.cut(after: 2).tieCount == 3)
    #expect(try found.cut(after: 3).tieCount == 3)
    #expect(try found.cut(after: 3).margin == 0)
    #expect(try found.cut(after: 4).tieCount == 0)
    let last = try found.cut(after: 6)
    #expect(last.value == 0.5 && last.nextValue == nil && last.margin == nil)
    let none = try found.cut(after: 0)
    #expect(none.value == nil && none.nextValue == 5 && none.tieCount == 0)
  }

  @Test(
    arguments: [
      ([1, 1], [2, 1], "an index occurs twice"), ([10], [1], "outside"), ([-1], [1], "outside"),
      ([1, 2], [1, 2], "out of order"), ([2, 1], [1, 1], "out of order"), ([1], [.nan], "is nan"),
      ([1], [.infinity], "is inf"), ([1, 2], [1], "2 indices and 1 scores"),
    ] as [([Int], [Float], String)])
  func contradictionsAreRefused(indices: [Int], values: [Float], reason: String) {
    #expect {
      _ = try scores(indices, values)
    } throws: { error in
      "\(error)".contains(reason)
    }
  }
}
