// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
import SPINEvaluation
import SPINStorage
import SPINTemplates

/// Finds the subjects of MMLU in a folder or a file.
package enum MMLUData {
  /// Reads MMLU.
  ///
  /// - Parameters:
  ///   - path: A folder with `test/SUBJECT_test.csv` and `dev/SUBJECT_dev.csv` as the authors publish
  ///     them, with or without a header row; or one file with the column `subject`.
  ///   - examples: Beside such a file, the one of the development set.
  static func load(_ path: String, examples: String?) throws -> ChoiceTaskSet {
    let tables =
      try FileSystem.status(path)?.kind == .directory
      ? folder(path, examples: examples) : file(path, examples: examples)
    let unknown = tables.keys.filter { !MMLUSubjects.all.contains($0) }.sorted()
    guard unknown.isEmpty else {
      throw SPINError(
        .malformedInput, at: path, "holds \"\(unknown[0])\", which is no subject of MMLU")
    }
    let subjects = MMLUSubjects.all.filter { tables[$0] != nil }
    guard !subjects.isEmpty else {
      throw SPINError(
        .malformedInput, at: path, "holds no subject of MMLU",
        remedy: "expected test/SUBJECT_test.csv and dev/SUBJECT_dev.csv in a folder")
    }
    let tasks = try subjects.compactMap { subject in
      try tables[subject].map {
        try ChoiceTaskData(.mmlu(subject: subject), $0.test, examples: $0.dev)
      }
    }
    return ChoiceTaskSet(tasks: tasks, groups: groups(subjects))
  }

  /// The four fields and the whole, without subjects that are not there.
  package static func groups(_ subjects: [String]) -> [ChoiceGroup] {
    var groups: [ChoiceGroup] = []
    for field in MMLUSubjects.fields {
      let tasks = field.subjects.filter(subjects.contains).map { "mmlu_\($0)" }
      guard !tasks.isEmpty else { continue }
      // lm-eval spells the one alias with a space.
      let alias = PythonText.replaced(field.name, "_", with: " ")
      groups.append(
        ChoiceGroup(
          name: "mmlu_\(field.name)", alias: alias, version: "2", members: tasks, tasks: tasks))
    }
    groups.append(
      ChoiceGroup(
        name: "mmlu", alias: "mmlu", version: "2", members: groups.map(\.name),
        tasks: groups.flatMap(\.tasks)))
    return groups
  }

  private typealias Tables = [String: (test: RecordTable, dev: RecordTable?)]

  private static func folder(_ path: String, examples: String?) throws -> Tables {
    guard examples == nil else {
      throw SPINError(
        .usage, at: "\(setting: .taskExamples, value: "mmlu")",
        "the folder of \(setting: .taskData, value: "mmlu") holds the examples already",
        remedy: "leave it out")
    }
    let suffix = "_test.csv"
    let names = try FileSystem.names(in: "\(path)/test").filter { $0.hasSuffix(suffix) }
    var tables: Tables = [:]
    for name in names.sorted() {
      let subject = String(name.dropLast(suffix.count))
      let headerless = ChoiceTask.mmlu(subject: subject).headerless
      let dev = "\(path)/dev/\(subject)_dev.csv"
      tables[subject] = (
        try RecordTable(path: "\(path)/test/\(name)", headerless: headerless),
        FileSystem.status(dev) == nil ? nil : try RecordTable(path: dev, headerless: headerless)
      )
    }
    return tables
  }

  private static func file(_ path: String, examples: String?) throws -> Tables {
    let test = try bySubject(RecordTable(path: path))
    let dev = try examples.map { try bySubject(RecordTable(path: $0)) } ?? [:]
    var tables: Tables = [:]
    for (subject, table) in test { tables[subject] = (table, dev[subject]) }
    return tables
  }

  private static func bySubject(_ table: RecordTable) throws -> [String: RecordTable] {
    var records: [String: [RecordTable.Record]] = [:]
    for record in table.records {
      let subject = try ChoiceRecord(
        record, expecting: "question, subject, choices and answer"
      ).text("subject")
      records[subject, default: []].append(record)
    }
    return records.mapValues { RecordTable(table, records: $0) }
  }
}
