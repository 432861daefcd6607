// SPDX-License-Identifier: Apache-2.0

import SPINChoices
public import SPINExecution
import SPINJSON

/// What to measure of a model before and after an edit, as a user says it.
///
///     var request = EvaluationRequest()
///     request.questions = [.init(name: "fairness", path: "salad_fairness.csv")]
///     request.text = "wiki.test.raw"
public struct EvaluationRequest: Sendable {
  /// Questions for awareness, by the name of what they are about.
  public var questions: [ScoringRequest.DataFile] = []
  /// The column of the questions.
  public var questionColumn = "questions"
  /// Questions that nobody needs to refuse.
  public var benign: [ScoringRequest.DataFile] = []
  /// Data files whose prompts are left out of the questions; nil where nobody asks for that.
  public var seenData: [String]?
  /// How questions become prompts.
  public var prompts = PromptRequest()
  /// Only the first questions of each file; nil for all.
  public var questionLimit: Int?
  /// How answers are generated.
  public var generation = GenerationOptions()
  /// Answers that grow together; no answer depends on it.
  public var batchSize = 16
  /// A text for perplexity and divergence; nil for neither.
  public var text: String?
  /// Tokens of a window; nil for 2,048, or the model's positions where these are fewer.
  public var window: Int?
  /// Only the first windows; nil for all.
  public var textLimit: Int?
  /// How many questions of each of the first two lists to draw for the dependence of
  /// representations; nil for not measuring it.
  public var couplingCount: Int?
  /// Multiple-choice tasks for general ability.
  public var tasks: [Task] = []
  /// How their items are asked.
  public var choices = ChoiceEvaluation.Options()
  /// Where to compute.
  public var execution = Execution()

  /// Nothing yet.
  public init() {}

  /// Leaves prompts of data that an edit was made with out of the questions, as a comparison does.
  public mutating func leaveOut(promptsOf data: [ScoringRequest.DataFile]) {
    guard !questions.isEmpty else { return }
    let named = seenData ?? []
    seenData = named + data.map(\.path).filter { !named.contains($0) }
  }

  /// Whether there is nothing to measure.
  public var isEmpty: Bool {
    questions.isEmpty && benign.isEmpty && text == nil && tasks.isEmpty
  }

  /// A multiple-choice task, by a name of `ChoiceCatalog` or a file of the user's own.
  public struct Task: Sendable, Hashable {
    /// "hellaswag", or the path of a file.
    public var name: String
    /// The items; nil for a file of the user's own.
    public var data: String?
    /// Where examples are drawn from; nil for nowhere.
    public var examples: String?

    /// Names a task.
    public init(name: String, data: String? = nil, examples: String? = nil) {
      self.name = name
      self.data = data
      self.examples = examples
    }
  }
}

/// The part of questions and windows that is measured.
public enum EvaluationPart: Sendable, Hashable {
  /// All of them.
  case whole
  /// Those to choose by; the seed and the share of the questions decide which.
  case validation(seed: UInt64, share: Double)
  /// The others, to report on.
  case test(seed: UInt64, share: Double)

  /// The places of the texts that belong to the part, ascending.
  func places(of texts: [String]) -> [Int] {
    switch self {
    case .whole: Array(texts.indices)
    case .validation(let seed, let share):
      HoldoutSplit(texts, share: share, seed: seed).validation
    case .test(let seed, let share): HoldoutSplit(texts, share: share, seed: seed).test
    }
  }

  /// The part as records name it.
  var json: JSON {
    switch self {
    case .whole: "whole"
    case .validation(let seed, let share):
      ["part": "validation", "seed": .string("\(seed)"), "share": .number(share)]
    case .test(let seed, let share):
      ["part": "test", "seed": .string("\(seed)"), "share": .number(share)]
    }
  }

  /// The windows of a text that belong to the part.
  var windows: WindowPart {
    switch self {
    case .whole: .all
    case .validation: .even
    case .test: .odd
    }
  }
}
