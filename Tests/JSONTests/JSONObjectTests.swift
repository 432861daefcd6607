// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import Testing

struct JSONObjectTests {
  private let config: JSONObject

  init() throws {
    let text = """
      {"hidden_size": 64, "eps": 1e-5, "tied": true, "name": "x", "none": null,
       "rope": {"factor": "8"}, "layers": [{"size": 1.5}], "ids": [1, 2]}
      """
    config = try #require(try JSON(parsing: Array(text.utf8), path: "config.json").object)
  }

  @Test func valuesAreReadByType() throws {
    #expect(try config.required("hidden_size", as: Int.self) == 64)
    #expect(try config.required("hidden_size", as: Double.self) == 64)
    #expect(try config.required("eps", as: Double.self) == 1e-5)
    #expect(try config.required("tied", as: Bool.self))
    #expect(try config.required("name", as: String.self) == "x")
    #expect(try config.required("ids", as: [Int].self) == [1, 2])
    #expect(try config.optional("absent", as: Int.self) == nil)
    #expect(try config.optional("none", as: Int.self) == nil)
  }

  @Test func mistakesNameDocumentKeyValueAndType() throws {
    expectError(#"config.json: key "absent": is missing, expected an integer"#) {
      try config.required("absent", as: Int.self)
    }
    expectError(#"config.json: key "eps": is 1e-05, expected an integer"#) {
      try config.optional("eps", as: Int.self)
    }
    expectError(#"config.json: key "none": is null, expected a string"#) {
      try config.required("none", as: String.self)
    }
    expectError(#"config.json: key "tied": is true, expected a number"#) {
      try config.required("tied", as: Double.self)
    }
    expectError(#"config.json: key "name": is "x", expected an array, each element an integer"#) {
      try config.required("name", as: [Int].self)
    }
  }

  /// Beyond 2^53 readers of JSON disagree, and sums of such numbers leave 64 bits.
  @Test func integersEndWhereTheyAreNoLongerExact() throws {
    let text =
      #"{"most": 9007199254740992, "least": -9007199254740992, "more": 9007199254740993, "#
      + #""largest": 9223372036854775807, "smallest": -9223372036854775808, "list": [1, 9007199254740993]}"#
    let object = try JSON(parsing: Array(text.utf8), path: "a.json").requireObject(at: "a.json")
    #expect(try object.required("most", as: Int.self) == 1 << 53)
    #expect(try object.required("least", as: Int.self) == -(1 << 53))
    for (key, value) in [
      ("more", "9007199254740993"), ("largest", "9223372036854775807"),
      ("smallest", "-9223372036854775808"),
    ] {
      expectError("a.json: key \"\(key)\": is \(value), expected an integer from -2^53 to 2^53") {
        try object.required(key, as: Int.self)
      }
      #expect(try object.required(key, as: Double.self).magnitude >= 0x1p53)
    }
    expectError(
      #"a.json: key "list": is [1,9007199254740993], expected an array, each element an integer"#
    ) {
      try object.required("list", as: [Int].self)
    }
  }

  @Test func nestedMistakesNameTheWayThere() throws {
    let rope = try config.required("rope", as: JSONObject.self)
    expectError(#"config.json: key "rope.factor": is "8", expected a number"#) {
      try rope.required("factor", as: Double.self)
    }
    let layers = try config.required("layers", as: [JSONObject].self)
    expectError(#"config.json: key "layers[0].size": is 1.5, expected an integer"#) {
      try layers[0].required("size", as: Int.self)
    }
  }

  @Test func theCodeIsTheCallers() throws {
    let error = #expect(throws: SPINError.self) {
      try config.required("absent", as: Int.self, code: .configuration)
    }
    #expect(error?.code == .configuration)
  }

  @Test func longValuesAreNamedByKind() {
    let long = JSON.array(Array(repeating: 1, count: 100))
    #expect(long.brief == "an array of 100")
    #expect(JSON.string(String(repeating: "a", count: 100)).brief.utf8.count == 60)
  }

  @Test func membersAreReplacedInPlaceAndRemoved() {
    var object: JSONObject = ["a": 1, "b": 2]
    object["a"] = 3
    object["c"] = 4
    object["b"] = nil
    #expect(object == ["a": 3, "c": 4])
    #expect(object != ["c": 4, "a": 3])
    #expect(object.members.map(\.key) == ["a", "c"])
  }
}
