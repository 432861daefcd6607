// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
import SPINStorage

/// The built-in tasks, by name.
///
///     let set = try ChoiceCatalog.load("hellaswag", data: "hellaswag_val.jsonl")
public enum ChoiceCatalog {
  /// The tasks that one file holds.
  public static let tasks: [ChoiceTask] = [
    .hellaSwag, .race, .gpqa, .openBookQA, .boolQ, .agNews, .imdb,
  ]
  /// Every name that `load` knows without a file of the user's.
  public static let names =
    ["hellaswag", "race", "mmlu", "gpqa", "openbookqa", "boolq"] + [
      "ag_news", "imdb",
    ]

  /// Whether a name is that of a file rather than of a built-in task.
  public static func isFile(_ name: String) -> Bool {
    !names.contains(name)
      && (name.contains("/")
        || [".jsonl", ".ndjson", ".json", ".csv", ".tsv"].contains { name.hasSuffix($0) })
  }

  /// What to call the task of a file: its name without folder and format.
  public static func taskName(ofFile path: String) -> String {
    let name = FileSystem.name(of: path)
    return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }

  /// Reads a task.
  ///
  /// - Parameters:
  ///   - name: A built-in task, or the file of a task of the user's.
  ///   - data: The file of items, for MMLU the folder; nil for a task of the user's.
  ///   - examples: The file from which examples are taken, where the task has one of its own.
  /// - Throws: `SPINError` where the name is unknown, a file is missing, or does not fit.
  public static func load(
    _ name: String, data: String? = nil, examples: String? = nil
  ) throws -> ChoiceTaskSet {
    if isFile(name) {
      let task = ChoiceTask.user(name: taskName(ofFile: name), hasExamples: examples != nil)
      return ChoiceTaskSet(tasks: [
        try ChoiceTaskData(task, path: data ?? name, examples: examples)
      ])
    }
    if name == "mmlu" { return try MMLUData.load(try path(name, data), examples: examples) }
    guard let task = tasks.first(where: { $0.name == name }) else {
      throw SPINError(
        .usage, at: .tasks, "\"\(name)\" is neither a task nor the name of a file",
        remedy: "the tasks are \(names.joined(separator: ", ")); a file ends in .jsonl")
    }
    if examples != nil,
      ![.drawn(leavingOut: true), .drawn(leavingOut: false)].contains(task.examples)
    {
      throw SPINError(
        .usage, at: "\(setting: .taskExamples, value: name)",
        "\(name) takes no examples from a file of their own",
        remedy: "leave it out")
    }
    let loaded = try ChoiceTaskData(task, path: try path(name, data, task), examples: examples)
    guard name == "gpqa" else { return ChoiceTaskSet(tasks: [loaded]) }
    return ChoiceTaskSet(tasks: [
      loaded.named(ChoiceTask.gpqaName(count: loaded.items.count))
    ])
  }

  private static func path(_ name: String, _ data: String?, _ task: ChoiceTask? = nil) throws
    -> String
  {
    if let data { return data }
    let expected =
      task.map { "\($0.source), with the columns \($0.columns)" }
      ?? "a folder with test/SUBJECT_test.csv and dev/SUBJECT_dev.csv, or test.jsonl with subject"
    throw SPINError(
      .usage, at: "\(setting: .tasks, value: name)", "needs its data, and nothing is downloaded",
      remedy: "give \(setting: .taskData, typed: "\(name)=PATH"): \(expected)")
  }
}
