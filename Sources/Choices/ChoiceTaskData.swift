// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors
import SPINEvaluation

/// A task with the items that its files hold.
public struct ChoiceTaskData: Sendable {
  /// The task.
  public let task: ChoiceTask
  /// Where the file of items is, for messages.
  package let path: String
  /// All items, in the order of the file.
  public let items: [ChoiceItem]
  /// The items from which examples are taken; empty where there is no file of them.
  public let examples: [ChoiceItem]
  /// The SHA-256 of the file of items.
  public let digest: String
  /// The SHA-256 of the file of examples; nil where there is none.
  public let examplesDigest: String?
  /// What is worth knowing about the data: left-out records, another count than lm-eval's split.
  public let remarks: [String]

  /// Makes the items of a task.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - table: The records of the file of items.
  ///   - examples: The records of the file of examples, if there is one.
  /// - Throws: `SPINError` for a record that does not fit the task.
  public init(_ task: ChoiceTask, _ table: RecordTable, examples: RecordTable? = nil) throws {
    let (items, remarks) = try task.items(of: table)
    self.task = task
    path = table.path
    self.items = items
    self.examples = try examples.map { try task.items(of: $0).items } ?? []
    digest = table.digest
    examplesDigest = examples?.digest
    var all = remarks
    if let count = task.sourceCount, count != items.count {
      all.append("\(items.count) items, where \(task.source), has \(count)")
    }
    self.remarks = all.map { "\(task.name): \($0)" }
  }

  /// The same items under another name of lm-eval.
  func named(_ harnessName: String) -> ChoiceTaskData {
    ChoiceTaskData(self, task.named(harnessName))
  }

  private init(_ data: ChoiceTaskData, _ task: ChoiceTask) {
    self.task = task
    path = data.path
    items = data.items
    examples = data.examples
    digest = data.digest
    examplesDigest = data.examplesDigest
    remarks = data.remarks
  }

  /// Reads files and makes the items of a task.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - path: The file of items.
  ///   - examples: The file of examples, if there is one.
  /// - Throws: `SPINError` as `RecordTable` does, and for a record that does not fit the task.
  public init(_ task: ChoiceTask, path: String, examples: String? = nil) throws {
    try self.init(
      task, RecordTable(path: path, headerless: task.headerless),
      examples: examples.map { try RecordTable(path: $0, headerless: task.headerless) })
  }
}

/// Tasks that are requested by one name: one task, or a group of them with a mean.
public struct ChoiceTaskSet: Sendable {
  /// The tasks.
  public let tasks: [ChoiceTaskData]
  /// The groups that they form, each after the groups that it holds.
  public let groups: [ChoiceGroup]

  /// A set of tasks; one task forms no group.
  public init(tasks: [ChoiceTaskData], groups: [ChoiceGroup] = []) {
    self.tasks = tasks
    self.groups = groups
  }
}

/// Tasks whose results are also given as one: the mean weighted by their numbers of items.
public struct ChoiceGroup: Sendable, Equatable {
  /// The name of the group.
  public let name: String
  /// How tables call it.
  public let alias: String
  /// The version of the group, as lm-eval counts it.
  public let version: String
  /// The groups or tasks directly in it, by the names of lm-eval.
  public let members: [String]
  /// The tasks in it, by the names of lm-eval, in the order in which they are added up.
  public let tasks: [String]

  /// A named group of tasks.
  public init(
    name: String, alias: String, version: String, members: [String], tasks: [String]
  ) {
    self.name = name
    self.alias = alias
    self.version = version
    self.members = members
    self.tasks = tasks
  }
}
