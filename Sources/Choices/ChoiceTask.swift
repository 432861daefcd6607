// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors
import SPINEvaluation

/// What is measured of a task.
public enum ChoiceMetric: String, Sendable, CaseIterable {
  /// The share of items whose most probable choice is right.
  case accuracy = "acc"
  /// The share of items whose choice of the highest log-likelihood per character is right.
  case normalizedAccuracy = "acc_norm"
}

/// A multiple-choice task: how a record becomes a prompt, and where examples come from.
///
/// The built-in tasks put the prompts of lm-eval 0.4.13 together. A task is a file of its own in
/// `Tasks`; to add one of your own, give its parts, or write a JSONL file for `user(name:)`.
public struct ChoiceTask: Sendable {
  /// Where the examples of a prompt with examples come from.
  public enum Examples: Sendable, Equatable {
    /// Drawn for each item from a file of their own; `leavingOut` draws one more and leaves out the
    /// item itself, as lm-eval does for tasks without a test split.
    case drawn(leavingOut: Bool)
    /// Drawn for each item from the evaluated items.
    case drawnFromItems(leavingOut: Bool)
    /// Always the first ones of a file of their own.
    case first
    /// None, whatever is requested.
    case never
  }

  /// The name by which it is requested.
  public let name: String
  /// Its name in lm-eval.
  public var harnessName: String
  /// How tables call it.
  public var alias: String
  /// The version of the prompt, as lm-eval counts it.
  public let version: String
  /// The metrics of the task.
  public let metrics: [ChoiceMetric]
  /// Whose prompt it is, for records.
  public var wording = "lm-eval 0.4.13"
  /// What precedes everything else.
  public var description = ""
  /// What is between a question and a choice.
  public var targetDelimiter = " "
  /// What follows an example.
  public var exampleDelimiter = "\n\n"
  /// Where examples come from.
  public let examples: Examples
  /// The data set that lm-eval reads, for messages and records.
  public let source: String
  /// How many items lm-eval's split of it has; nil where unknown.
  public let sourceCount: Int?
  /// The columns that a file has to have, for messages.
  public let columns: String
  /// Names the columns of delimited text without a header row; see `RecordTable`.
  var headerless: @Sendable ([String]) -> [String]? = { _ in nil }
  /// Makes items of the records of a file.
  let makeItems: @Sendable ([RecordTable.Record]) throws -> Items

  /// The items of a file, and what is worth knowing about how they were made.
  public typealias Items = (items: [ChoiceItem], remarks: [String])

  /// A task.
  ///
  /// - Parameters:
  ///   - name: The name by which it is requested; see the properties for the others.
  ///   - makeItems: Makes items of the records of a file; throws `SPINError` for what does not fit.
  public init(
    name: String, harnessName: String? = nil, version: String = "1.0", metrics: [ChoiceMetric],
    examples: Examples, source: String, sourceCount: Int? = nil, columns: String,
    makeItems: @escaping @Sendable ([RecordTable.Record]) throws -> Items
  ) {
    precondition(!metrics.isEmpty, "nothing to measure")
    self.name = name
    self.harnessName = harnessName ?? name
    alias = self.harnessName
    self.version = version
    self.metrics = metrics
    self.examples = examples
    self.source = source
    self.sourceCount = sourceCount
    self.columns = columns
    self.makeItems = makeItems
  }

  /// A task whose records are items.
  ///
  /// - Parameter item: Makes an item of a record.
  init(
    name: String, version: String = "1.0", metrics: [ChoiceMetric], examples: Examples,
    source: String, sourceCount: Int? = nil, columns: String,
    item: @escaping @Sendable (ChoiceRecord) throws -> ChoiceItem
  ) {
    self.init(
      name: name, version: version, metrics: metrics, examples: examples, source: source,
      sourceCount: sourceCount, columns: columns
    ) { records in
      let items = try records.map { record in
        var made = try item(ChoiceRecord(record, expecting: columns))
        made.place = record.place
        return made
      }
      return (items, [])
    }
  }

  /// The items of a file.
  ///
  /// - Throws: `SPINError` that names the record and what is wrong with it.
  public func items(of table: RecordTable) throws -> Items {
    let items = try makeItems(table.records)
    guard !items.items.isEmpty else {
      throw SPINError(
        .malformedInput, at: table.path, "has no items of \(name)",
        remedy: "expected the columns \(columns)")
    }
    return items
  }

  /// The same task under a name of lm-eval that depends on the data.
  func named(_ harnessName: String) -> ChoiceTask {
    var task = self
    task.harnessName = harnessName
    task.alias = harnessName
    return task
  }
}
