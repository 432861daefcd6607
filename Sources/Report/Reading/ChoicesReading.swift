// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// `choices.json`: how often the correct answer is the most probable one.
struct ChoicesReading {
  /// A metric's value with its standard error.
  struct Score {
    let value: Double
    let standardError: Double?
  }

  /// The paired comparison of two models, item by item.
  struct Comparison {
    let change: Double
    let lower, upper: Double?
    let pValue: Double?
    let onlyBefore, onlyAfter: Int?
  }

  /// One metric of a task.
  struct Metric {
    let name: String
    let scores: Sides<Score>
    let comparison: Comparison?
  }

  /// A task, or a group of tasks.
  struct Task {
    let name: String
    /// The group to which it belongs; nil if it was requested by name.
    let group: String?
    /// The version of the task; nil for a group.
    let version: String?
    let count: Int
    let metrics: [Metric]
  }

  let file: MeasureFile
  let tasks: [Task]
  /// The number of examples before each question; nil if the file does not say.
  let exampleCount: Int?
  /// The limitations of these numbers, one sentence each.
  let warnings: [String]

  init?(in folder: String) throws {
    guard let file = try MeasureFile("choices", in: folder) else { return nil }
    self.file = file
    let object = try file.members.required("tasks", as: JSONObject.self)
    tasks = try object.keys.map { try Task(name: $0, try object.required($0)) }
    exampleCount = try file.members.optional("settings", as: JSONObject.self)?
      .optional("num_fewshot")
    warnings = try file.members.optional("warnings") ?? []
  }
}

extension ChoicesReading.Task {
  /// The metrics of lm-eval, in its order.
  private static let names = ["acc", "acc_norm", "acc_bytes"]

  init(name: String, _ object: JSONObject) throws {
    self.name = name
    let sides = try Sides(object) { $0 }
    let comparison = try object.optional("comparison", as: JSONObject.self)
    // Both sides have the same items.
    count = try sides.last.required("n")
    group = try object.optional("group")
    version = try object.optional("version")
    metrics = try Self.names.filter { sides.last[$0] != nil }.map { name in
      ChoicesReading.Metric(
        name: name,
        scores: try sides.map { side in
          ChoicesReading.Score(
            value: try side.required(name), standardError: try side.optional("\(name)_stderr"))
        },
        comparison: try comparison?.optional(name, as: JSONObject.self).map {
          try ChoicesReading.Comparison($0)
        })
    }
  }
}

extension ChoicesReading.Comparison {
  init(_ object: JSONObject) throws {
    change = try object.required("change")
    lower = try object.optional("lower")
    upper = try object.optional("upper")
    pValue = try object.optional("p_value")
    onlyBefore = try object.optional("only_before")
    onlyAfter = try object.optional("only_after")
  }
}

extension ChoicesReading: KnownMeasureReading {
  static let document = "choices"
  var sectionID: String { "ability" }

  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure? {
    MissingMeasure(
      what: "general ability",
      command:
        "spin evaluate choices MODEL\(command.patch) --task hellaswag --task-data hellaswag=FILE "
        + command.out)
  }

  func section(of run: ReportedRun, id: String) -> Section? { AbilitySection.section(run, id: id) }
}
