// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// `coupling.json`: the dependence between the representations of two question sets.
struct CouplingReading {
  /// The statistics: their names in the file and their titles.
  static let statistics = [
    ("hsic", "HSIC"), ("hsic_normalized", "Normalized HSIC"), ("cka", "Linear CKA"),
  ]

  /// One statistic in one layer.
  struct Value {
    let sides: Sides<Double?>
    /// The 5th and 95th percentiles over other pairings of the same questions, on the last side.
    let null: (lower: Double, upper: Double)?
    /// The relative change, compared with that of other pairings.
    let change: Change?
  }

  /// The change relative to the value before.
  struct Change {
    let value: Double
    /// The range of the changes of 95 of 100 other pairings.
    let nullLower, nullUpper: Double?
    let correctedPValue: Double?
  }

  struct Layer {
    let number: Int
    /// The values by the name of the statistic.
    let values: [String: Value]
  }

  let file: MeasureFile
  /// The names of the two question sets.
  let names: [String]
  /// The number of pairs of questions, and of other pairings that were tried.
  let pairCount, permutationCount: Int?
  let layers: [Layer]

  init?(in folder: String) throws {
    guard let file = try MeasureFile("coupling", in: folder) else { return nil }
    self.file = file
    names = try ["first", "second"].compactMap { key in
      try file.members.optional(key, as: JSONObject.self)?.required("name")
    }
    pairCount = try file.members.optional("pairs")
    permutationCount = try file.members.optional("settings", as: JSONObject.self)?
      .optional("permutations")
    layers = try file.members.required("layers", as: [JSONObject].self).map { try Layer($0) }
  }
}

extension CouplingReading.Layer {
  init(_ object: JSONObject) throws {
    number = try object.required("layer")
    guard (0..<100_000).contains(number) else {
      throw object.failure("layer", "is \(number), expected the number of a layer")
    }
    let sides = try Sides(object) { $0 }
    let nulls = try object.optional("null", as: JSONObject.self)
    let null = try nulls?.optional(sides.named[sides.named.count - 1].name, as: JSONObject.self)
    let comparison = try object.optional("comparison", as: JSONObject.self)
    var values: [String: CouplingReading.Value] = [:]
    for (name, _) in CouplingReading.statistics where sides.last[name] != nil {
      values[name] = CouplingReading.Value(
        sides: try sides.map { try $0.optional(name) },
        null: try null?.optional(name, as: JSONObject.self).flatMap { null in
          guard let lower = try null.optional("q05", as: Double.self),
            let upper = try null.optional("q95", as: Double.self)
          else { return nil }
          return (lower, upper)
        },
        change: try comparison?.optional(name, as: JSONObject.self).flatMap {
          try CouplingReading.Change($0)
        })
    }
    self.values = values
  }
}

extension CouplingReading.Change {
  init?(_ object: JSONObject) throws {
    guard let value = try object.optional("relative_change", as: Double.self) else { return nil }
    self.value = value
    nullLower = try object.optional("null_lower")
    nullUpper = try object.optional("null_upper")
    correctedPValue = try object.optional("p_value_adjusted")
  }
}

extension CouplingReading: KnownMeasureReading {
  static let document = "coupling"
  var sectionID: String { "dependence" }

  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure? {
    MissingMeasure(
      what: "dependence of representations",
      command:
        "spin evaluate coupling MODEL\(command.patch) --questions privacy=FILE --questions fairness=FILE "
        + command.out)
  }

  func section(of run: ReportedRun, id: String) -> Section? { CouplingSection.section(run, id: id) }
}
