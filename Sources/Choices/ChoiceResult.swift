// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON

/// A mean over items with its standard error.
public struct ChoiceScore: Sendable, Equatable {
  /// The share of items that are right.
  public let value: Double
  /// Its standard error; nil for fewer than two items.
  public let standardError: Double?
  /// The number of items.
  public let count: Int

  /// A mean over items.
  public init(value: Double, standardError: Double?, count: Int) {
    self.value = value
    self.standardError = standardError
    self.count = count
  }

  /// The share of right items.
  ///
  /// With m the mean,
  ///
  ///     standard error = sqrt(sum of (x - m)^2 / (n - 1)) / sqrt(n)
  ///
  /// summed in the order of the items, as lm-eval does.
  public init(_ isRight: [Bool]) {
    precondition(!isRight.isEmpty, "no items")
    let values = isRight.map { $0 ? 1.0 : 0.0 }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    value = mean
    standardError =
      values.count > 1 ? (squares / (count - 1)).squareRoot() / count.squareRoot() : nil
    self.count = values.count
  }

  /// The mean of several weighted by their counts.
  ///
  /// Its standard error is the pooled one,
  ///
  ///     sqrt(sum of n (n - 1) e^2 / (N - k) / N)
  ///
  /// of k parts of n items and N in all; nil where a part has none.
  ///
  /// - Source: lm-eval 0.4.13, `aggregate_subtask_metrics` and `pooled_sample_stderr`.
  public init(pooling parts: [ChoiceScore]) {
    precondition(!parts.isEmpty, "nothing to pool")
    let total = parts.reduce(0) { $0 + $1.count }
    value = parts.reduce(0) { $0 + $1.value * Double($1.count) } / Double(total)
    count = total
    let errors = parts.compactMap(\.standardError)
    guard errors.count == parts.count else {
      standardError = nil
      return
    }
    let sum = zip(parts, errors).reduce(0.0) { sum, part in
      sum + Double(part.0.count - 1) * (part.1 * part.1) * Double(part.0.count)
    }
    standardError = (sum / Double(total - parts.count) / Double(total)).squareRoot()
  }
}

/// How a model does on a task.
public struct ChoiceTaskResult: Sendable {
  /// The task and its items.
  public let data: ChoiceTaskData
  /// What stood before the choices of each evaluated item, and the choices with their delimiter.
  package let prompts: [ChoicePrompt]
  /// The evaluated items, in the order of the file.
  public let outcomes: [ChoiceOutcome]

  /// The outcomes of some items of a task.
  package init(data: ChoiceTaskData, prompts: [ChoicePrompt], outcomes: [ChoiceOutcome]) {
    self.data = data
    self.prompts = prompts
    self.outcomes = outcomes
  }

  /// The score by a metric.
  public func score(_ metric: ChoiceMetric) -> ChoiceScore {
    ChoiceScore(outcomes.map { $0.isRight(by: metric) })
  }
}

/// How a model does on several tasks.
public struct ChoicesResult: Sendable {
  /// The tasks, in the order requested.
  public let tasks: [ChoiceTaskResult]
  /// Their groups.
  public let groups: [ChoiceGroup]

  /// The results of tasks with their groups.
  package init(tasks: [ChoiceTaskResult], groups: [ChoiceGroup]) {
    self.tasks = tasks
    self.groups = groups
  }

  /// The results of the tasks in a group, in its order.
  public func members(of group: ChoiceGroup) -> [ChoiceTaskResult] {
    group.tasks.compactMap { name in tasks.first { $0.data.task.harnessName == name } }
  }

  /// The score of a group: its tasks' weighted by their numbers of items.
  public func score(_ metric: ChoiceMetric, of group: ChoiceGroup) -> ChoiceScore {
    ChoiceScore(pooling: members(of: group).map { $0.score(metric) })
  }
}

extension ChoiceScore {
  /// The members "acc" and "acc_stderr", under the metric's name.
  func add(to object: inout JSONObject, as metric: ChoiceMetric) {
    object[metric.rawValue] = .number(value)
    object["\(metric.rawValue)_stderr"] = standardError.map { .number($0) } ?? .null
  }
}
