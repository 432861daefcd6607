// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINDecoderNames
import SPINJSON
import SPINScores
import SPINSelection
import SPINTestSupport
import Testing

/// Selections of an independent float64 PyTorch program, index by index.
@Suite struct GoldenSelectionTests {
  @Test(arguments: Fixture.families)
  func selectionsEqualTheReferences(family: String) throws {
    let fixture = try Fixture(family: family)
    let files = try ["privacy", "fairness", "general"].map { set in
      let prefix = "\(set)/importance/"
      let matrices = try fixture.names.filter { $0.hasPrefix(prefix) }.map { name in
        let shape = try fixture.shape(name)
        return MadeScores.Matrix(
          String(name.dropFirst(prefix.count)), rows: shape[0], columns: shape[1],
          try fixture.floats(name))
      }
      return try MadeScores.file(set, matrices)
    }
    let path = fixture.path + "/selection.json"
    let cases = try #require(
      try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))), path: path).array)
    #expect(cases.count >= 6)
    for json in cases {
      let golden = try #require(json.object)
      let rule = try #require(SelectionRule(rawValue: golden.required("rule")))
      let selection = Selection(
        generalAmount: .share(try golden.required("p")),
        pairAmount: .share(try golden.required("q")), rule: rule)
      let found = try CoupledSet(
        selection, first: files[0], second: files[1], general: files[2])
      let selected = try golden.required("selected", as: JSONObject.self)
      for matrix in found.matrices {
        let expected = try selected.optional(matrix.name.tensor, as: [Int].self) ?? []
        #expect(matrix.indices == expected, "\(rule.rawValue) \(matrix.name.tensor)")
      }
      let count = try selected.keys.reduce(0) {
        try $0 + selected.required($1, as: [Int].self).count
      }
      #expect(found.count == count)
    }
  }
}
