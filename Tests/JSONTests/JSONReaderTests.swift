// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import Testing

struct JSONReaderTests {
  @Test func documentsAreWalkedWithoutATree() throws {
    var reader = try JSONReader(
      Array(#"{"vocab": {"a": 0, "\u0062": 1}, "rest": [{"x": []}], "scale": 2.5}"#.utf8),
      path: "t.json")
    var vocabulary: [String: Int] = [:]
    var scale = 0.0
    try reader.readObject { key, reader in
      switch key {
      case "vocab":
        try reader.readMembers { token, reader in
          vocabulary[String(decoding: token, as: UTF8.self)] = try reader.readInt()
        }
      case "scale": scale = try reader.readDouble()
      default: try reader.skipValue()
      }
    }
    try reader.finish()
    #expect(vocabulary == ["a": 0, "b": 1])
    #expect(scale == 2.5)
  }

  @Test func arraysCountTheirElements() throws {
    var reader = try JSONReader(Array("[10, null, 12]".utf8), path: "t.json")
    var values: [Int?] = []
    try reader.readArray { index, reader in
      #expect(index == values.count)
      values.append(reader.takeNull() ? nil : try reader.readInt())
    }
    #expect(values == [10, nil, 12])
  }

  @Test func plainStringsAreViewsOfTheDocument() throws {
    var reader = try JSONReader(Array(#"["abc", "a\tc"]"#.utf8), path: "t.json")
    try reader.readArray { index, reader in
      let text = try reader.readUTF8()
      #expect(text.elementsEqual(index == 0 ? "abc".utf8 : "a\tc".utf8))
      // A view keeps the document's indices; a resolved string starts at zero.
      #expect(text.startIndex == (index == 0 ? 2 : 0))
    }
  }

  @Test(arguments: [
    ("1.0", "t.json: line 1, column 1: found 1.0, expected an integer"),
    (
      "9223372036854775808",
      "t.json: line 1, column 1: 9223372036854775808 does not fit in a signed 64-bit integer"
    ),
    ("true", "t.json: line 1, column 1: found \"t\", expected a digit"),
  ])
  func integersAreStrict(text: String, message: String) throws {
    var reader = try JSONReader(Array(text.utf8), path: "t.json")
    expectError(message) { try reader.readInt() }
  }

  @Test func kindsAreSeenWithoutReading() throws {
    for (text, kind) in [
      ("{}", .object), ("[]", .array), (" \"\"", .string), ("-1", .number), ("true", .bool),
      ("null", .null),
    ] as [(String, JSONReader.Kind)] {
      var reader = try JSONReader(Array(text.utf8), path: "t.json")
      #expect(try reader.peekKind() == kind)
      try reader.skipValue()
      try reader.finish()
    }
  }

  @Test func skippingRefusesDuplicateKeys() throws {
    var reader = try JSONReader(Array(#"{"a":{"b":1,"b":2}}"#.utf8), path: "t.json")
    expectError("t.json: line 1, column 17: the key \"b\" occurs twice in one object") {
      try reader.skipValue()
    }
  }
}
