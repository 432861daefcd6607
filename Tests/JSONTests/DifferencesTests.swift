// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import Testing

struct DifferencesTests {
  @Test func equalDocumentsHaveNone() {
    let document: JSON = ["a": 1, "b": ["c": [1, 2], "d": .null]]
    #expect(document.differences(from: document).isEmpty)
    // The order of members is no difference.
    #expect((["a": 1, "b": 2] as JSON).differences(from: ["b": 2, "a": 1]).isEmpty)
  }

  @Test func membersAreNamedWithTheirPlace() {
    let before: JSON = ["model": "x", "generation": ["tokens": 64, "stop": ["a"]], "gone": true]
    let after: JSON = ["model": "x", "generation": ["tokens": 32, "stop": ["b"]], "new": "n"]
    #expect(
      before.differences(from: after).map(\.text) == [
        "generation.tokens was 64 and is 32",
        "generation.stop was [\"a\"] and is [\"b\"]", "gone was true and is not given",
        "new was not given and is \"n\"",
      ])
    // What stands in a list of files is named, not that it is a list.
    let files: JSON = ["data": [["path": "a.csv", "sha256": "00"]]]
    let others: JSON = ["data": [["path": "a.csv", "sha256": "11"]]]
    #expect(
      files.differences(from: others).map(\.text) == ["data[0].sha256 was \"00\" and is \"11\""])
    let longer: JSON = ["data": [["path": "a.csv"], ["path": "b.csv"]]]
    #expect(
      (["data": [["path": "a.csv"]]] as JSON).differences(from: longer).map(\.text) == [
        "data was [{\"path\":\"a.csv\"}] and is [{\"path\":\"a.csv\"},{\"path\":\"b.csv\"}]"
      ])
    let numbers = (0..<40).map { JSON($0) }
    #expect(
      (["rows": .array(numbers)] as JSON).differences(from: ["rows": .array(numbers.reversed())])
        .map(\.text) == ["rows was an array of 40 and is another"])
    #expect((1 as JSON).differences(from: 2).map(\.text) == ["it was 1 and is 2"])
  }
}
