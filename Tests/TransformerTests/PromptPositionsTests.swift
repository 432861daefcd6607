// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Testing

struct PromptPositionsTests {
  /// `Tests/Fixtures/loreft/positions.json`: pyreft's function for 384 cases.
  @Test func positionsAreThoseOfPyreft() throws {
    let path = Fixture.root + "/loreft/positions.json"
    let cases = try #require(JSON(parsing: FileSystem.read(path), path: path).array)
    #expect(cases.count == 384)
    for row in cases {
      let values = try #require(row.array)
      let length = try #require(Int(json: values[0]))
      let positions = try PromptPositions(try #require(values[1].string))
      let isShared = values[2] == .bool(true)
      let expected = try #require([[Int]](json: values[3]))
      // A prompt in the middle of other rows.
      let rows = InterventionRows(positions, prompts: [100..<100 + length])
      let (first, last) = (rows.first.map { $0 - 100 }, rows.last.map { $0 - 100 })
      let hasTwo = !isShared && positions.first > 0 && positions.last > 0
      #expect((hasTwo ? [first, last] : [first + last]) == expected, "\(row.brief)")
    }
  }

  @Test func textsAreReadStrictly() throws {
    #expect(try PromptPositions("f3+l5") == PromptPositions(first: 3, last: 5))
    #expect(try PromptPositions("f12") == PromptPositions(first: 12, last: 0))
    #expect(try PromptPositions("l1") == PromptPositions(first: 0, last: 1))
    for text in ["f3+l5", "f12", "l1"] { #expect(try PromptPositions(text).text == text) }
    for text in [
      "", "f", "f0", "f0+l5", "l5+f3", "f3+", "+l3", "f-1", "f+1", "3", "f3l5", "f3+l5+f1", " f1",
      "f1.5", "f99999999999999999999", "F3", "f٣",
    ] {
      #expect(throws: SPINError.self, "\(text)") { try PromptPositions(text) }
    }
    do {
      _ = try PromptPositions("x3")
    } catch {
      #expect(
        "\(error)"
          == "\"x3\" are no positions of a prompt; write f3 for the first three tokens, l5 for the "
          + "last five, f3+l5 for both")
    }
  }

  /// Texts agree on a trunk exactly where their rows in it are the same ones.
  @Test func agreementIsEqualityOfRows() {
    for (first, last) in [(0, 3), (2, 0), (3, 2)] {
      let positions = PromptPositions(first: first, last: last)
      for one in 1...12 {
        for other in 1...12 {
          for trunk in 0...min(one, other) {
            let rows = [one, other].map { InterventionRows(positions, prompts: [0..<$0]) }
            let same =
              rows[0].first.filter { $0 < trunk } == rows[1].first.filter { $0 < trunk }
              && rows[0].last.filter { $0 < trunk } == rows[1].last.filter { $0 < trunk }
            #expect(positions.agree(one, other, trunk: trunk) == same)
          }
        }
      }
    }
  }

  /// Rows of prompts with a common trunk are those of the prompts alone, the trunk's once.
  @Test func aTrunkIsChangedOnce() {
    let positions = PromptPositions(first: 2, last: 2)
    let rows = InterventionRows(positions, trunk: 6, branches: [6..<9, 9..<11, 11..<15])
    #expect(rows.first == [0, 1])
    #expect(rows.last == [7, 8, 9, 10, 13, 14])
    let empty = InterventionRows(
      PromptPositions(first: 1, last: 0), trunk: 4, branches: [4..<4, 4..<5])
    #expect(empty.first == [0] && empty.last.isEmpty)
  }
}
