// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage
import SPINTestSupport
import SPINTokenization
import Testing

/// Small cases of the packages `tokenizers` and transformers, `Tests/Fixtures/tokenization.json`.
struct TokenizationFixture {
  /// A text with its tokens.
  struct Case {
    let text: String
    let ids: [Int32]
    /// In Unicode scalars.
    let offsets: [Range<Int>]

    init(_ object: JSONObject) throws {
      text = try object.required("text")
      ids = try object.required("ids", as: [Int].self).map(Int32.init)
      offsets = try TokenizationFixture.ranges(object, "offsets")
    }
  }

  let root: JSONObject

  init() throws {
    let path = Fixture.root + "/tokenization.json"
    root = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
  }

  static func ranges(_ object: JSONObject, _ key: String) throws -> [Range<Int>] {
    try object.required(key, as: [[Int]].self).map { $0[0]..<$0[1] }
  }

  static func cases(_ object: JSONObject) throws -> [Case] {
    try object.required("cases", as: [JSONObject].self).map(Case.init)
  }
}
