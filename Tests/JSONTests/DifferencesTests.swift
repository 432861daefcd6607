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
    #expect((1 as JSON).differences(from: 2).map(\.text) == ["it was 1 and is 2"])
  }
}
