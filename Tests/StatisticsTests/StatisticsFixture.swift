// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStorage
import SPINTestSupport

/// What NumPy, SciPy and statsmodels say: `Tools/fixtures/statistics_reference.py`.
struct StatisticsFixture {
  private let document: JSONObject

  init() throws {
    let path = Fixture.root + "/statistics.json"
    document = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
  }

  /// A list of lists of numbers; lists inside them are left out.
  func rows(_ name: String) -> [[Double]] { Self.rows(document[name]) }

  /// A list of whatever it is.
  func cases(_ name: String) -> [JSON] { document[name]?.array ?? [] }

  /// An object.
  func object(_ name: String) -> JSONObject { document[name]?.object ?? JSONObject() }

  static func rows(_ json: JSON?) -> [[Double]] { (json?.array ?? []).map { numbers($0) } }

  static func numbers(_ json: JSON?) -> [Double] {
    (json?.array ?? []).compactMap { Double(json: $0) }
  }
}

/// Whether two numbers agree up to a share of the larger one.
func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-13) -> Bool {
  abs(a - b) <= tolerance * max(abs(a), abs(b))
}
