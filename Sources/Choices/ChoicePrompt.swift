// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation

/// An item as a model is prompted with it.
package struct ChoicePrompt: Sendable {
  package let item: ChoiceItem
  /// Description, examples and question: what stands before each choice.
  package let context: String
  /// What follows the context, for each choice.
  package let continuations: [String]

  /// The prompts of the first items of a task.
  ///
  /// - Parameters:
  ///   - data: The task.
  ///   - count: How many items.
  ///   - exampleCount: Examples before each question.
  ///   - seed: Of the draws of examples.
  /// - Throws: `SPINError` where there are not enough examples.
  package static func prompts(
    _ data: ChoiceTaskData, count: Int, exampleCount: Int, seed: UInt64
  ) throws -> [ChoicePrompt] {
    let task = data.task
    var source = try ExampleSource(data, count: exampleCount, seed: seed)
    return try data.items.prefix(count).map { item in
      let examples = try source.examples(for: item).map { example in
        example.question + task.targetDelimiter + example.choices[example.gold]
          + task.exampleDelimiter
      }
      return ChoicePrompt(
        item: item, context: task.description + examples.joined() + item.question,
        continuations: item.choices.map { task.targetDelimiter + $0 })
    }
  }
}

/// Takes the examples of one item after the other, as lm-eval's samplers do.
struct ExampleSource {
  private let task: ChoiceTask
  private let pool: [ChoiceItem]
  private let poolHashes: [String]
  private let count: Int
  private var generator: PythonGenerator

  /// - Parameters:
  ///   - data: The task.
  ///   - count: Examples for each item.
  ///   - seed: Of the draws.
  /// - Throws: `SPINError` where there are not enough examples.
  init(_ data: ChoiceTaskData, count: Int, seed: UInt64) throws {
    task = data.task
    self.count = task.examples == .never ? 0 : count
    generator = PythonGenerator(seed: seed)
    guard self.count > 0 else {
      (pool, poolHashes) = ([], [])
      return
    }
    if case .drawnFromItems = task.examples { pool = data.items } else { pool = data.examples }
    poolHashes = task.leavesOutItem ? pool.map(\.documentHash) : []
    guard !pool.isEmpty else {
      throw SPINError(
        .usage, at: .exampleCount,
        "\(task.name) takes its examples from a file that is not there",
        remedy: task.examples == .first
          ? "put the development set next to the test set"
          : "give \(setting: .taskExamples, typed: "\(task.name)=FILE"), the training split")
    }
    guard pool.count >= count + (task.leavesOutItem ? 1 : 0) else {
      throw SPINError(
        .usage, at: .exampleCount,
        "is \(count), \(task.name) has \(pool.count) items to take examples from",
        remedy: "choose a smaller number")
    }
  }

  /// The examples that stand before an item.
  mutating func examples(for item: ChoiceItem) throws -> [ChoiceItem] {
    guard count > 0 else { return [] }
    if task.examples == .first { return Array(pool.prefix(count)) }
    guard task.leavesOutItem else {
      return generator.sample(count, of: pool.count).map { pool[$0] }
    }
    let hash = item.documentHash
    let drawn = generator.sample(count + 1, of: pool.count).filter { poolHashes[$0] != hash }
    if drawn.count >= count { return drawn.prefix(count).map { pool[$0] } }
    // The item occurs more than once: drawn again from the others.
    let others = pool.indices.filter { poolHashes[$0] != hash }
    guard others.count >= count else {
      throw SPINError(
        .usage, at: .exampleCount,
        "is \(count), \(task.name) has only \(others.count) other items",
        remedy: "choose a smaller number")
    }
    return generator.sample(count, of: others.count).map { pool[others[$0]] }
  }
}

extension ChoiceTask {
  /// Whether an item is never its own example.
  fileprivate var leavesOutItem: Bool {
    examples == .drawn(leavingOut: true) || examples == .drawnFromItems(leavingOut: true)
  }
}
