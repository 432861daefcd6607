// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON

/// How many questions a model answers with awareness: the paper's fairness and privacy awareness.
///
/// Questions are answered, a judge judges the answers, and two models are compared question by question.
public struct Awareness: MeasureOfAnswers {
  /// "awareness".
  public let name = "awareness"
  /// The questions, by what they are about.
  public let lists: [QuestionList]
  /// How questions are answered and who judges.
  public let settings: AnswerSettings
  /// Results of another run to compare with, by the name of the list.
  public var baselines: [String: AwarenessOutcome.Baseline] = [:]

  /// Lists of questions with a judge.
  public init(_ lists: [QuestionList], _ settings: AnswerSettings) {
    self.lists = lists
    self.settings = settings
  }

  /// Names that no list can have: members of the document.
  public static let reservedNames: Set<String> = [
    "schema", "tool_version", "model", "model_sha256", "model_origin", "arithmetic",
    "patch_weights", "edit_digest", "adapter", "trained", "judge", "judge_settings", "heuristic",
    "settings", "warnings", "benign", "request",
  ]

  /// "2165 fairness".
  public var questionCounts: [String] { lists.map { "\($0.questions.count) \($0.name)" } }

  /// "awareness-fairness-before.jsonl" and its journal for each list, and the journal of verdicts.
  public func fileNames(_ side: String?) -> [String] {
    ModelAnswers.Kind.awareness.fileNames(of: lists, side) + [VerdictStore.fileName(settings.judge)]
  }

  /// The lists, by name and content.
  public var identity: JSONObject { ["questions": .array(lists.map(\.identity))] }

  /// Answers and judges, and writes `awareness-NAME-SIDE.jsonl` for each list.
  ///
  /// - Throws: `SPINError` where the folder holds answers of another run, and as answerer and judge.
  public func measure(_ answers: ModelAnswers) throws -> [AwarenessResult] {
    try lists.map { list in
      let given = try answers.answers(to: list, .awareness)
      let evaluation = AwarenessEvaluation(
        name: list.name, questions: list.questions, judge: settings.judge,
        directory: answers.directory, overlap: list.overlap)
      return try answers.during(list) { report in
        try evaluation.result(
          side: answers.side, of: given, shouldStop: answers.shouldStop, report: report)
      }
    }
  }

  /// The rate of each list, and its change.
  ///
  /// - Throws: `SPINError` where a baseline does not fit.
  public func outcome(
    of results: Sides<[AwarenessResult]>, _ models: ComparedModels?
  ) throws -> AwarenessOutcomes? {
    AwarenessOutcomes(
      settings: settings,
      lists: try lists.enumerated().map { place, list in
        let sides = results.map { $0[place] }
        return .init(
          name: list.name, digest: list.digest, sides: sides,
          outcome: try AwarenessOutcome(
            sides, judge: settings.judge.label, overlap: list.overlap,
            baseline: baselines[list.name]))
      })
  }

  private var plan: AnswersPlan {
    AnswersPlan(settings: settings, lists: lists, kind: .awareness)
  }

  /// The memory of answering, and of a judge with a model of its own.
  public func plannedBytes(of model: PlannedModel) throws -> Int { try plan.bytes(of: model) }

  /// A step a list.
  public func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] {
    plan.steps(side, of: model)
  }
}

extension Awareness: RequestedMeasure {
  static let absent = AbsentMeasure(
    identity: ["questions": []], record: ["awareness": [:]], summary: SummaryKeys("awareness"))

  init?(_ context: MeasureContext) throws {
    guard !context.lists.isEmpty else { return nil }
    self.init(context.lists, context.settings)
  }

  var requestEntries: [RequestRecord.Entry] { lists.map { $0.entry("--questions") } }
}

extension QuestionList {
  /// What decides a result, besides model and judge.
  var identity: JSON {
    [
      "name": .string(name), "sha256": .string(digest), "n": JSON(questions.count),
      "overlap": overlap?.json ?? .null,
    ]
  }

  /// How a request names it.
  func entry(_ option: String) -> RequestRecord.Entry {
    .file("\(option) \(name)", path, digest, .evaluation)
  }
}
