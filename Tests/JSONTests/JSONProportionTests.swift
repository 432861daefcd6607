// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINTestSupport
import Testing

@testable import SPINJSON

/// Time and memory stay in proportion to the document, whatever it says.
struct JSONProportionTests {
  private func parse(_ text: String) throws -> JSON {
    try JSON(parsing: Array(text.utf8), path: "a.json")
  }

  /// A path of keys for each value took the length of the key each time: a minute for 3 MB.
  @Test func aLongKeyCostsItsLengthOnce() throws {
    let growth = try Growth.eightfold(
      from: 6_000,
      { count in
        let key = String(repeating: "k", count: 4 * count)
        return "{\"\(key)\": [" + String(repeating: "{},", count: count - 1) + "{}]}"
      }
    ) { text in
      let json = try parse(text)
      #expect(json.object?.members.first?.value.array?.isEmpty == false)
    }
    #expect(growth < Growth.bound)
  }

  @Test func longKeysAreAbbreviatedInMessages() throws {
    let key = String(repeating: "k", count: 3_000)
    let inner = try #require(parse("{\"\(key)\": {\"a\": 1}}").object?[key]?.object)
    let error = #expect(throws: SPINError.self) { try inner.required("a", as: String.self) }
    let shown = String(repeating: "k", count: 197) + "..."
    #expect(
      error?.description == "a.json: key \"\(shown).a\": is 1, expected a string")
  }

  /// A value was 56 bytes, of which `[1,1,1]` has one for two bytes of text.
  @Test func aValueIsThreeWords() { #expect(MemoryLayout<JSON>.stride <= 24) }

  @Test func largeArraysKeepLittleSpare() throws {
    let count = 300_000
    let json = try parse("[" + String(repeating: "1,", count: count - 1) + "1]")
    let elements = try #require(json.array)
    #expect(elements.count == count)
    #expect(elements.capacity < count + count / 3)
  }

  @Test func placesNameKeysAndIndices() throws {
    let json = try parse(#"[0, {"a": {"b": [[{"c": 1}]]}}]"#)
    let a = json.array?[1].object?["a"]?.object
    #expect(a?.keyPath == "[1].a")
    #expect(a?["b"]?.array?[0].array?[0].object?.keyPath == "[1].a.b[0][0]")
  }

  @Test func membersAreFoundInSmallAndLargeObjects() throws {
    for count in [1, 11, 12, 13, 500] {
      var object = JSONObject()
      for index in 0..<count { object["key \(index)"] = JSON(index) }
      for index in 0..<count { #expect(object["key \(index)"] == JSON(index)) }
      object["key 0"] = nil
      object["key \(count / 2)"] = "changed"
      #expect(object["key 0"] == (count == 1 ? "changed" : nil))
      #expect(object["key \(count - 1)"] != nil)
      #expect(object["none"] == nil)
    }
  }

  /// What a message says of a value is short, and is not made of the whole.
  @Test func briefTextsOfLargeValuesAreShort() throws {
    let large: JSON = .array(
      Array(repeating: .string(String(repeating: "x", count: 1000)), count: 1000))
    #expect(large.brief == "an array of 1000")
    #expect(JSON.object(["a": large]).brief == "an object with 1 keys")
    #expect(
      JSON.string(String(repeating: "x", count: 100_000)).brief
        == "\"" + String(repeating: "x", count: 56) + "...")
    #expect(JSON.array([1, 2]).brief == "[1,2]")
  }
}
