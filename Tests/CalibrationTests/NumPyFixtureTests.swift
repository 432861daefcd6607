// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINJSON
import SPINTestSupport
import Testing

@Suite struct NumPyFixtureTests {
  /// `Tests/Fixtures/numpy_permutation.json`; seeds beyond 64 bits, which `spin` does not take, are
  /// left out.
  @Test func permutationsEqualTheFixtures() throws {
    let path = Fixture.root + "/numpy_permutation.json"
    let json = try JSON(parsing: Array(Data(contentsOf: URL(filePath: path))), path: path)
    let cases = try #require(json.array)
    var compared = 0
    for item in cases {
      let golden = try #require(item.object)
      guard let seed = UInt64(try golden.required("seed", as: String.self)) else { continue }
      var generator = NumPyGenerator(seed: seed)
      let first = try golden.required("first", as: [Int].self)
      #expect(Array(generator.permutation(try golden.required("n")).prefix(first.count)) == first)
      compared += 1
    }
    #expect(compared >= 30)
  }
}
