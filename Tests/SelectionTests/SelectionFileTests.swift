// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
import SPINJSON
import SPINScores
import SPINSelection
import SPINTestSupport
import Testing

@Suite struct SelectionFileTests {
  private func made(_ selection: Selection) throws -> CoupledSet {
    let files = try CoupledSetTests.files(keeping: 150)
    return try CoupledSet(
      selection, first: files.first, second: files.second, general: files.general)
  }

  private func parse(_ text: String) throws -> CoupledSet {
    try CoupledSet(
      json: JSON(parsing: Array(text.utf8), path: "selection.json"), path: "selection.json")
  }

  @Test func aFileReadsBack() throws {
    let directory = try TemporaryDirectory()
    let set = try made(Selection(generalAmount: .count(3), pairAmount: .count(50), rule: .union))
    let path = directory.file("selection.json")
    try set.write(to: path, tool: "spin test")
    #expect(try CoupledSet(path: path) == set)
  }

  @Test func whatIsWrittenReadsBack() throws {
    let selections = [
      Selection(generalAmount: .share(0.1), pairAmount: .share(0.3)),
      Selection(
        generalAmount: .count(150), pairAmount: .count(1), rule: .releasedCode,
        targetModule: .feedForward, layers: 0...1, scale: 0.3, seed: .max),
      Selection(rule: .random),
    ]
    for selection in selections {
      let set = try made(selection)
      let text = set.json(tool: "spin test").serialized()
      let read = try parse(text)
      #expect(read == set)
      #expect(read.json(tool: "spin test").serialized() == text)
    }
  }

  @Test(arguments: [
    ("\"selection/1\"", "\"selection/2\"", "key \"schema\": is \"selection/2\""),
    ("\"paper\"", "\"papier\"", "key \"rule\": is \"papier\", expected one of paper"),
    ("\"overlap_p_value\"", "\"p_value\"", "overlap_p_value\": is missing"),
    ("\"shape\": [10, 20]", "\"shape\": [10]", "shape\": is [10]"),
    ("\"shape\": [10, 20]", "\"shape\": [2, 2]", "has 60 weights, the matrix 4"),
    ("mlp.up_proj.weight", "mlp.up_proj.bias", "expected a matrix of a decoder layer"),
    ("\"p\": {", "\"r\": {", "key \"p\": is missing"),
    ("{\n    \"share\": 0.1", "{\n    \"share\": 7", "generalAmount: is 7.0"),
    ("\"indices\": [", "\"indices\": [200, ", "are not ascending"),
    // Counts are added up over matrices: what no matrix can have is refused before.
    ("\"overlap\": ", "\"overlap\": 9223372036854775", "overlap\": is 9223372036854775"),
    ("\"coupled\": ", "\"coupled\": -", "expected 0 to 200"),
    ("\"selected_coupled\": ", "\"selected_coupled\": 9", "expected 0 to 200"),
    ("\"ties\": ", "\"ties\": 92233720368477", "expected 0 to 1099511627776"),
    ("\"ties\": ", "\"ties\": 9223372036854775", "expected an integer from -2^53 to 2^53"),
    ("\"samples\": ", "\"samples\": 92233720368477", "expected 0 to 1099511627776"),
    ("\"shape\": [10, 20]", "\"shape\": [2147483648, 2147483648]", "at most 2^40 weights"),
    ("\"layers\": null", "\"layers\": [0, 9007199254740992]", "expected first and last layer"),
    ("\"layers\": null", "\"layers\": [0, 9223372036854775807]", "each element an integer"),
    (
      "model.layers.1.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight",
      "names a matrix twice"
    ),
  ])
  func malformedFilesAreRefusedByKey(old: String, new: String, reason: String) throws {
    let set = try made(Selection(generalAmount: .share(0.1), pairAmount: .share(0.3)))
    let text = set.json(tool: "spin test").serialized()
    // The matrices come last; totals have members of the same names.
    let isOfMatrix = ["\"overlap\": ", "\"coupled\": ", "\"selected_coupled\": "].contains(old)
    let range = try #require(
      isOfMatrix ? text.ranges(of: old).last : text.firstRange(of: old))
    let edited = text.replacingCharacters(in: range, with: new)
    #expect {
      _ = try parse(edited)
    } throws: { error in
      "\(error)".hasPrefix("selection.json") && "\(error)".contains(reason)
    }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
