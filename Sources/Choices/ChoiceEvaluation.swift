// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINEvaluation
public import SPINExecution
import SPINJSON
public import SPINLanguageModel
import SPINLikelihood
import SPINStorage

/// Asks a model multiple-choice tasks by ranking the choices by their likelihood, as lm-eval does.
///
///     let set = try ChoiceCatalog.load("hellaswag", data: "hellaswag_val.jsonl")
///     let evaluation = try ChoiceEvaluation([set], options: .init(limit: .items(200)))
///     let before = try evaluation.measure(model, on: Execution(threads: 2))
///     print(before.tasks[0].score(.accuracy).value)
///
/// Results depend neither on threads nor on chunks, nor on which other tasks are evaluated. With a folder,
/// finished items are stored there and not evaluated again.
public struct ChoiceEvaluation: Sendable {
  /// How many items of a task are evaluated.
  public enum Limit: Sendable, Equatable {
    /// This many items, from the first on.
    case items(Int)
    /// The first share of them, rounded up.
    case share(Double)

    /// How many items of a task are taken.
    package func count(of total: Int) -> Int {
      switch self {
      case .items(let count): min(count, total)
      case .share(let share): min(total, Int((Double(total) * share).rounded(.up)))
      }
    }
  }

  /// How items are evaluated.
  public struct Options: Sendable, Equatable {
    /// Examples before each question.
    public var exampleCount: Int
    /// How many items of each task; nil for all.
    public var limit: Limit?
    /// The seed of the draws of examples; lm-eval's default.
    public var exampleSeed: UInt64

    /// Options; the defaults are lm-eval's.
    public init(exampleCount: Int = 0, limit: Limit? = nil, exampleSeed: UInt64 = 1234) {
      precondition(exampleCount >= 0, "exampleCount is negative")
      self.exampleCount = exampleCount
      self.limit = limit
      self.exampleSeed = exampleSeed
    }
  }

  /// Progress, as events to show.
  public enum Progress: Sendable, Equatable {
    /// A task begins, with this number of items still to do.
    case asking(task: String, items: Int)
    /// An item is done; its choices and prompt had this number of tokens.
    case asked(tokens: Int)
  }

  /// The options.
  public let options: Options
  /// What is worth knowing about the data.
  public let remarks: [String]
  package let tasks: [(data: ChoiceTaskData, prompts: [ChoicePrompt])]
  let groups: [ChoiceGroup]
  /// Items that are evaluated together, between two looks at whether to stop and write.
  static let batchSize = 64

  /// Puts the prompts of tasks together.
  ///
  /// - Throws: `SPINError` where two tasks have one name, or there are not enough examples.
  public init(_ sets: [ChoiceTaskSet], options: Options = Options()) throws {
    self.options = options
    let all = sets.flatMap(\.tasks)
    groups = sets.flatMap(\.groups)
    var seen: Set<String> = []
    for data in all where !seen.insert(data.task.harnessName).inserted {
      throw SPINError(
        .usage, at: .tasks, "\"\(data.task.harnessName)\" is requested twice",
        remedy: "rename the file, or leave one out")
    }
    tasks = try all.map { data in
      let count = options.limit?.count(of: data.items.count) ?? data.items.count
      let prompts = try ChoicePrompt.prompts(
        data, count: count, exampleCount: options.exampleCount, seed: options.exampleSeed)
      return (data, prompts)
    }
    let ignored = all.filter { $0.task.examples == .never && options.exampleCount > 0 }
    remarks =
      all.flatMap(\.remarks)
      + ignored.map { "\($0.task.name): evaluated without examples, as its prompt is defined" }
  }

  /// Whether items are left out.
  public var isLimited: Bool { tasks.contains { $0.prompts.count < $0.data.items.count } }

  /// The items of all tasks.
  public var itemCount: Int { tasks.reduce(0) { $0 + $1.prompts.count } }

  /// A digest of every prompt and option.
  public var digest: String {
    let parts = tasks.map { task -> JSON in
      let prompts = task.prompts.map { prompt -> JSON in
        .array(([prompt.context] + prompt.continuations).map { .string($0) })
      }
      return [.string(task.data.task.harnessName), .array(prompts)]
    }
    return FileDigest.sha256(Array(JSON.array(parts).serialized(indented: false).utf8))
  }

  /// Asks a model.
  ///
  /// - Parameters:
  ///   - model: The model, edited or not.
  ///   - journal: Where finished items are stored; nil for nowhere.
  ///   - execution: Where to compute.
  ///   - chunkTokens: Tokens that are processed by the model together; no result depends on it.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` for a choice that cannot be told from its prompt, as `LikelihoodScorer`,
  ///   and where the journal is damaged.
  public func measure(
    _ model: LanguageModel, journal: ChoiceJournal? = nil, on execution: Execution,
    chunkTokens: Int = 1024,
    shouldStop: () -> Bool = { false }, report: (Progress) -> Void = { _ in }
  ) throws -> ChoicesResult {
    // What the last task needs is known before the first one is done.
    _ = try plannedBytes(of: model, on: execution, chunkTokens: chunkTokens)
    let encoder = ContinuationEncoder(model)
    let scorer = LikelihoodScorer(model.decoder, on: execution, chunkTokens: chunkTokens)
    var results: [ChoiceTaskResult] = []
    for (data, prompts) in tasks {
      let outcomes = try ChoiceAsking(
        data: data, prompts: prompts, encoder: encoder, scorer: scorer, journal: journal,
        batchSize: Self.batchSize
      ).outcomes(shouldStop, report)
      results.append(ChoiceTaskResult(data: data, prompts: prompts, outcomes: outcomes))
    }
    return ChoicesResult(tasks: results, groups: groups)
  }
}
