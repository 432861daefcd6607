// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON

/// How many benign questions a model refuses: over-refusal.
public struct Refusals: MeasureOfAnswers {
  /// "refusals".
  public let name = "refusals"
  /// "awareness": the result is reported with the rates of awareness.
  public let document = "awareness"
  /// Benign questions, by what they are about.
  public let lists: [QuestionList]
  /// How questions are answered, and who judges the answers.
  public let settings: AnswerSettings

  /// Lists of benign questions.
  public init(_ lists: [QuestionList], _ settings: AnswerSettings) {
    self.lists = lists
    self.settings = settings
  }

  /// "2165 fairness".
  public var questionCounts: [String] { lists.map { "\($0.questions.count) \($0.name)" } }

  /// "benign-fairness-before.jsonl" and its journal for each list, and the journal of a judge's verdicts.
  public func fileNames(_ side: String?) -> [String] {
    ModelAnswers.Kind.benign.fileNames(of: lists, side)
      + (judge.map { [VerdictStore.fileName($0)] } ?? [])
  }

  /// A judge that is a model; phrases find refusals without verdicts.
  private var judge: (any Judge)? { settings.judge.isHeuristic ? nil : settings.judge }

  /// The lists, by name and content.
  public var identity: JSONObject { ["benign": .array(lists.map(\.identity))] }

  /// Answers, looks for refusals, and writes `benign-NAME-SIDE.jsonl` for each list.
  ///
  /// - Throws: `SPINError` where the folder holds answers of another run, and as answerer and judge.
  public func measure(_ answers: ModelAnswers) throws -> [RefusalsResult] {
    try lists.map { list in
      let given = try answers.answers(to: list, .benign)
      let evaluation = RefusalsEvaluation(
        name: list.name, questions: list.questions, judge: judge, directory: answers.directory)
      return try answers.during(list) { report in
        try evaluation.result(
          side: answers.side, of: given, shouldStop: answers.shouldStop, report: report)
      }
    }
  }

  /// The share of each list that is refused, and its change.
  ///
  /// - Throws: `SPINError` where two results are of different questions.
  public func outcome(
    of results: Sides<[RefusalsResult]>, _ models: ComparedModels?
  ) throws -> RefusalsOutcomes? {
    RefusalsOutcomes(
      settings: settings,
      lists: try lists.enumerated().map { place, list in
        .init(
          name: list.name, digest: list.digest,
          outcome: try RefusalsOutcome(results.map { $0[place] }))
      })
  }

  private var plan: AnswersPlan { AnswersPlan(settings: settings, lists: lists, kind: .benign) }

  /// The memory of answering.
  public func plannedBytes(of model: PlannedModel) throws -> Int { try plan.bytes(of: model) }

  /// A step a list.
  public func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] {
    plan.steps(side, of: model)
  }
}

extension Refusals: RequestedMeasure {
  static let absent = AbsentMeasure(
    identity: ["benign": []], record: ["refusals": [:]], summary: SummaryKeys("refusals"))

  init?(_ context: MeasureContext) throws {
    guard !context.benign.isEmpty else { return nil }
    self.init(context.benign, context.settings)
  }

  var requestEntries: [RequestRecord.Entry] { lists.map { $0.entry("--benign") } }
}
