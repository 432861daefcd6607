// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
public import SPINJSON
import SPINStatistics

/// The results of an evaluation, of one model or of a model before and after an edit.
public struct ChoicesOutcome: Sendable {
  /// One task or group.
  public struct Row: Sendable {
    /// The name by which it is known.
    public let name: String
    /// The group in which it stands; nil for what was requested by name.
    public let group: String?
    /// The metrics of the task.
    public let metrics: [ChoiceMetric]
    let data: ChoiceTaskData?
    /// The scores by metric, on each side.
    public let scores: [(side: ChoiceSide, scores: [ChoiceScore])]
    /// The comparisons by metric; empty for one side.
    public let comparisons: [ChoiceComparison]
  }

  /// The tasks and options that were evaluated.
  public let evaluation: ChoiceEvaluation
  /// The results by side.
  public let sides: [(side: ChoiceSide, results: ChoicesResult)]
  /// Groups and tasks, groups first.
  public let rows: [Row]
  /// The files with the results in the form of lm-eval, where the document names them.
  package var files: [(side: ChoiceSide, file: String)] = []

  /// The results of one model.
  public init(_ evaluation: ChoiceEvaluation, result: ChoicesResult) {
    self.init(evaluation, [(.result, result)])
  }

  /// The results of a model before and after an edit.
  public init(_ evaluation: ChoiceEvaluation, before: ChoicesResult, after: ChoicesResult) {
    self.init(evaluation, [(.before, before), (.after, after)])
  }

  private init(_ evaluation: ChoiceEvaluation, _ sides: [(ChoiceSide, ChoicesResult)]) {
    self.evaluation = evaluation
    self.sides = sides
    let first = sides[0].1
    var rows: [Row] = []
    func compare(_ metric: ChoiceMetric, _ tasks: (ChoicesResult) -> [ChoiceTaskResult])
      -> ChoiceComparison?
    {
      sides.count == 2
        ? ChoiceComparison(metric, before: tasks(sides[0].1), after: tasks(sides[1].1)) : nil
    }
    // The whole before its parts.
    for group in first.groups.reversed() {
      let parent = first.groups.first { $0.members.contains(group.name) }
      rows.append(
        Row(
          name: group.name, group: parent?.name, metrics: [.accuracy], data: nil,
          scores: sides.map { ($0.0, [$0.1.score(.accuracy, of: group)]) },
          comparisons: [compare(.accuracy) { $0.members(of: group) }].compactMap(\.self)))
    }
    for (place, task) in first.tasks.enumerated() {
      let definition = task.data.task
      let parent = first.groups.first { $0.members.contains(definition.harnessName) }
      rows.append(
        Row(
          name: definition.name, group: parent?.name, metrics: definition.metrics,
          data: task.data,
          scores: sides.map { side, results in
            (side, definition.metrics.map { results.tasks[place].score($0) })
          },
          comparisons: definition.metrics.compactMap { metric in
            compare(metric) { [$0.tasks[place]] }
          }))
    }
    self.rows = rows
  }

  /// What a reader has to know: how data were made, and where a limit hides whether anything changed.
  public var warnings: [String] {
    var warnings = evaluation.remarks
    guard evaluation.isLimited else { return warnings }
    for row in rows where row.group == nil {
      for comparison in row.comparisons where comparison.isUncertain {
        let points = { (value: Double) in String((value * 1000).rounded() / 10) }
        let text: SettingText = """
          \(row.name): \(comparison.metric.rawValue) changed by \
          \(points(comparison.change.mean)) points, known to +-\(points(comparison.reach)) with \
          the \(row.scores[0].scores[0].count) items that \(setting: .taskLimit) leaves; raise it, or leave it out
          """
        warnings.append(text.description)
      }
    }
    return warnings
  }

  /// The members of `choices.json`, schema "choices/1".
  public var json: JSONObject {
    var tasks = JSONObject()
    for row in rows { tasks[row.name] = .object(row.json) }
    let limit: JSON =
      switch evaluation.options.limit {
      case .items(let count): JSON(count)
      case .share(let share): .number(share)
      case nil: .null
      }
    var object: JSONObject = [
      "tasks": .object(tasks),
      "settings": [
        "num_fewshot": JSON(evaluation.options.exampleCount),
        "fewshot_seed": .integer(Int64(clamping: evaluation.options.exampleSeed)), "limit": limit,
        "acc_norm": "log-likelihood per Unicode scalar of the choice", "level": .number(0.95),
        "test": "McNemar, exact, two-sided",
        "interval": .string(PairedProportionInterval.method),
      ],
      "warnings": .array(warnings.map { .string($0) }),
    ]
    if !files.isEmpty {
      var members = JSONObject()
      for (side, file) in files { members[side.rawValue] = .string(file) }
      object["files"] = .object(members)
    }
    return object
  }
}

extension ChoicesOutcome.Row {
  /// The row's part of `choices.json`.
  var json: JSONObject {
    var object = JSONObject()
    if let group { object["group"] = .string(group) }
    if let data {
      object["lm_eval_name"] = .string(data.task.harnessName)
      object["version"] = .string(data.task.version)
      object["prompt"] = .string(data.task.wording)
      object["data_sha256"] = .string(data.digest)
      object["fewshot_data_sha256"] = JSON(data.examplesDigest)
      object["items_in_data"] = JSON(data.items.count)
    }
    for (side, scores) in scores {
      var entry = JSONObject()
      for (metric, score) in zip(metrics, scores) { score.add(to: &entry, as: metric) }
      entry["n"] = JSON(scores[0].count)
      object[side.rawValue] = .object(entry)
    }
    guard !comparisons.isEmpty else { return object }
    var comparison = JSONObject()
    for entry in comparisons { comparison[entry.metric.rawValue] = entry.json }
    object["comparison"] = .object(comparison)
    return object
  }
}
