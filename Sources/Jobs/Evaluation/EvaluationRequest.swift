// SPDX-License-Identifier: Apache-2.0

import SPINChoices
public import SPINExecution
import SPINJSON

/// What to measure of a model before and after an edit, as the user specifies it.
///
///     var request = EvaluationRequest()
///     request.questions = [.init(name: "fairness", path: "salad_fairness.csv")]
///     request.text = "wiki.test.raw"
public struct EvaluationRequest: Sendable {
  /// Questions on which awareness is measured, with the name of their topic.
  public var questions: [ScoringRequest.DataFile] = []
  /// The column of the questions.
  public var questionColumn = "questions"
  /// Benign questions, on which over-refusal is measured.
  public var benign: [ScoringRequest.DataFile] = []
  /// Data files whose prompts are left out of the questions; nil where not requested.
  public var seenData: [String]?
  /// How questions become prompts.
  public var prompts = PromptRequest()
  /// The number of questions to take from the beginning of each file; nil for all.
  public var questionLimit: Int?
  /// How answers are generated.
  public var generation = GenerationOptions()
  /// The most answers that are generated in one batch, as far as memory allows; no answer depends on it.
  public var batchSize = 64
  /// A text for perplexity and divergence; nil for neither.
  public var text: String?
  /// The window length in tokens; nil for 2,048, or for the model's context length if that is shorter.
  public var window: Int?
  /// The number of windows to take from the beginning of the text; nil for all.
  public var textLimit: Int?
  /// How many questions of each of the first two lists to draw for the dependence of
  /// representations; nil for not measuring it.
  public var couplingCount: Int?
  /// Multiple-choice tasks for general ability.
  public var tasks: [Task] = []
  /// How their items are evaluated.
  public var choices = ChoiceEvaluation.Options()
  /// The device, memory budget and scratch folder to compute with.
  public var execution = Execution()

  /// A request without questions, text or tasks, which measures nothing.
  public init() {}

  /// Excludes prompts of the data with which an edit was made from the questions, as a comparison does.
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
  /// All questions and windows.
  case whole
  /// The validation part, by which a sweep chooses; the seed and the share of the questions decide it.
  case validation(seed: UInt64, share: Double)
  /// The held-out part, on which a sweep reports.
  case test(seed: UInt64, share: Double)

  /// The indices of the texts that belong to the part, ascending.
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
