// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINTestSupport
import Testing

struct JSONSerializationTests {
  @Test func indentedTextReadsWell() {
    let value: JSON = [
      "schema": "patch/1", "shape": [2, 3], "empty": [], "none": [:],
      "entries": [["a": 1], ["b": nil]], "wide": .array(Array(repeating: 1234567890, count: 9)),
    ]
    #expect(
      value.serialized() == """
        {
          "schema": "patch/1",
          "shape": [2, 3],
          "empty": [],
          "none": {},
          "entries": [
            {
              "a": 1
            },
            {
              "b": null
            }
          ],
          "wide": [
            1234567890,
            1234567890,
            1234567890,
            1234567890,
            1234567890,
            1234567890,
            1234567890,
            1234567890,
            1234567890
          ]
        }

        """)
  }

  @Test func compactTextHasNoSpace() {
    let value: JSON = ["a": [1, 2.0, "x"], "b": ["c": true]]
    #expect(value.serialized(indented: false) == #"{"a":[1,2.0,"x"],"b":{"c":true}}"#)
  }

  @Test func stringsAreEscaped() {
    #expect(
      JSON.string("\"\\/\n\r\t\u{8}\u{C}\u{1}é😀").serialized(indented: false)
        == #""\"\\/\n\r\t\b\f\u0001é😀""#)
  }

  @Test func whatIsNoNumberBecomesNull() {
    #expect(JSON(Double.nan).serialized(indented: false) == "null")
    #expect(JSON(-Double.infinity).serialized(indented: false) == "null")
  }

  @Test func everyDoubleReadsBackAsItself() throws {
    for seed in 0..<2_000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      let text = JSON.number(value).serialized(indented: false)
      #expect(try JSON(parsing: Array(text.utf8), path: "x") == .number(value), "seed \(seed)")
    }
  }
}
