// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINErrors
public import SPINEvaluation
public import SPINExecution
public import SPINGeneration
public import SPINJSON

/// Awareness and over-refusal of a model on several lists of questions, without and with an edit.
///
///     var measurement = AwarenessMeasurement(judge: PhraseJudge())
///     measurement.lists = [.init(name: "fairness", TextList(path: path, column: "questions"))]
///     let result = try measurement.run(on: model, modelHash: hash, edited: (other, edit.digest))
///
/// Models and judge are loaded once; the edited one stands beside the untouched. With a folder,
/// finished answers and verdicts are found again by the next run.
public struct AwarenessMeasurement {
  /// Questions under a name.
  public struct QuestionList: Sendable {
    /// The name, of which files are named.
    public let name: String
    /// The questions.
    public let questions: [String]
    /// The SHA-256 of their file.
    public let digest: String
    /// Where each question is, for messages.
    let places: [String]

    /// The first questions of a list, all where `limit` is nil.
    public init(name: String, _ list: TextList, limit: Int? = nil) {
      self.name = name
      questions = Array(list.texts.prefix(limit ?? list.texts.count))
      places = Array(list.places.prefix(questions.count))
      digest = list.digest
    }
  }

  /// Questions that ask for awareness.
  public var lists: [QuestionList] = []
  /// Questions that nobody needs to refuse.
  public var benign: [QuestionList] = []
  /// Data whose prompts are left out of the lists; nil where nobody asks for that.
  public var seenData: [TextList]?
  /// Results of another run, by the name of the list.
  public var baselines: [String: AwarenessOutcome.Baseline] = [:]
  /// Who judges.
  public var judge: any Judge
  /// How answers are generated.
  public var options = GenerationOptions()
  /// How a question becomes a prompt.
  public var format = PromptFormat.raw
  /// Where to compute.
  public var execution = Execution()
  /// Answers that grow together; no result depends on it.
  public var batchSize = 16
  /// Where items and journals go; nil for nowhere.
  public var directory: String?

  /// A measurement without questions yet.
  public init(judge: any Judge) { self.judge = judge }

  /// Answers and judges.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - modelHash: The hash of its files, as `ModelDirectory.modelHash` gives it.
  ///   - edited: The same model with an edit, and a digest of the edit; nil to measure the model alone.
  ///   - shouldStop: Asked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Told of what is done with which list, as "fairness before".
  /// - Throws: `SPINError`: what answerer and judge throw, a folder of another run, a baseline that
  ///   does not fit.
  public func run(
    on model: LanguageModel, modelHash: String, edited: (model: LanguageModel, digest: String)?,
    shouldStop: () -> Bool = { false },
    report: (_ task: String, AwarenessEvaluation.Progress) -> Void = { _, _ in }
  ) throws -> AwarenessResult {
    // Pages that the edit changed stay while the untouched model answers.
    var beside = execution
    beside.maxMemory -= edited?.model.decoder.weights.privateByteCount ?? 0
    func answerer(
      _ model: LanguageModel, _ edit: String?, on execution: Execution
    ) throws -> any Answerer {
      try QuestionAnswering(
        model, modelHash: modelHash, edit: edit, options: options,
        format: format, on: execution, batchSize: batchSize)
    }
    try requireMemory(of: model, on: beside)
    return try run(
      Answerers(
        plain: answerer(model, nil, on: beside),
        edited: edited.map { try answerer($0.model, $0.digest, on: execution) },
        emptyAnswers: PromptRequest.remedyForEmptyAnswers(
          format, ofModelAt: model.directory.path)),
      settings: format.identity.object ?? [:], shouldStop, report)
  }

  /// Lets a model behind an endpoint answer, and judges.
  ///
  /// How it generates is the answerer's affair; `options` here are only shown.
  ///
  /// - Parameters:
  ///   - answerer: The model.
  ///   - shouldStop: As above.
  ///   - report: As above.
  /// - Throws: As above.
  public func run(
    answeredBy answerer: EndpointAnswerer, shouldStop: () -> Bool = { false },
    report: (_ task: String, AwarenessEvaluation.Progress) -> Void = { _, _ in }
  ) throws -> AwarenessResult {
    try requireMemory()
    let format = answerer.server.route == .completions ? "raw" : "chat"
    return try run(
      Answerers(
        plain: answerer,
        emptyAnswers: "try the other --prompt-format, which decides the route of the requests"),
      settings: ["prompt_format": .string(format), "endpoint": answerer.identity], shouldStop,
      report)
  }

  /// A model as it is, or without and with an edit.
  private struct Answerers {
    var plain: any Answerer
    var edited: (any Answerer)?
    /// What may help where answers are empty.
    let emptyAnswers: String

    func sides<Measure: Sendable>(
      _ measure: (_ side: String, any Answerer) throws -> Measure
    ) throws -> Sides<Measure> {
      guard let edited else { return .single(try measure("answers", plain)) }
      let before = try measure("before", plain)
      let after = try measure("after", edited)
      return .pair(before: before, after: after)
    }
  }

  private func run(
    _ answerers: Answerers, settings: JSONObject, _ shouldStop: () -> Bool,
    _ report: (_ task: String, AwarenessEvaluation.Progress) -> Void
  ) throws -> AwarenessResult {
    var result = AwarenessResult(judge: judge, options: options, settings: settings)
    var cutOff = CutOffAnswers(limit: options.maxNewTokens)
    for list in lists {
      let overlap = seenData.map { QuestionOverlap(list.questions, in: $0) }
      try QuestionOverlap.requireQuestions(
        list.questions.count, without: overlap, named: list.name)
      var evaluation = AwarenessEvaluation(
        name: list.name, questions: list.questions, judge: judge, directory: directory,
        overlap: overlap)
      evaluation.places = list.places
      let found = try answerers.sides { side, answerer in
        try evaluation.measure(side: side, answerer: answerer, shouldStop: shouldStop) {
          report("\(list.name) \(side)", $0)
        }
      }
      let outcome = try AwarenessOutcome(
        found, judge: judge.label, overlap: overlap, baseline: baselines[list.name])
      result.lists.append((list.name, list.digest, outcome))
      for (_, side) in outcome.sides.named(list.name) { cutOff.add(side) }
      result.warnings += found.named(list.name).flatMap {
        $1.warnings($0, emptyAnswers: answerers.emptyAnswers)
      }
    }
    for list in benign {
      var evaluation = RefusalEvaluation(
        name: list.name, questions: list.questions, judge: judge.isHeuristic ? nil : judge,
        directory: directory)
      evaluation.places = list.places
      let found = try answerers.sides { side, answerer in
        try evaluation.measure(side: side, answerer: answerer, shouldStop: shouldStop) {
          report("\(list.name) \(side)", $0)
        }
      }
      result.benign.append((list.name, list.digest, try RefusalOutcome(found)))
      for (_, side) in found.named(list.name) { cutOff.add(side) }
      result.warnings += found.named(list.name).flatMap {
        $1.warnings($0, emptyAnswers: answerers.emptyAnswers)
      }
    }
    if let warning = cutOff.warning { result.warnings.append(warning) }
    return result
  }
}

/// What an `AwarenessMeasurement` found.
public struct AwarenessResult: Sendable {
  /// Keys of `json` that no list can be named.
  public static let reservedNames: Set<String> = [
    "schema", "tool_version", "model", "model_sha256", "model_origin", "arithmetic",
    "patch_weights", "judge",
    "judge_settings", "heuristic", "settings", "warnings", "benign", "request",
  ]

  /// How the judge is labelled.
  public let judge: String
  /// Everything that decides the judge's verdicts.
  public let judgeSettings: JSON
  /// Whether the judge looks at words only.
  public let isHeuristic: Bool
  /// How answers were generated, as it stands in `awareness.json`.
  public let settings: JSONObject
  /// What was found with each list, in order, with the SHA-256 of its file.
  public internal(set) var lists: [(name: String, digest: String, outcome: AwarenessOutcome)] = []
  /// What was found with benign questions.
  public internal(set) var benign: [(name: String, digest: String, outcome: RefusalOutcome)] = []
  /// What is doubtful about answers and verdicts, each with what may help.
  public internal(set) var warnings: [String] = []

  init(judge: any Judge, options: GenerationOptions, settings more: JSONObject) {
    self.judge = judge.label
    judgeSettings = judge.identity
    isHeuristic = judge.isHeuristic
    var settings: JSONObject = ["max_new_tokens": JSON(options.maxNewTokens)]
    for (key, value) in more.members { settings[key] = value }
    settings["sampling"] = options.sampling.json
    self.settings = settings
  }

  /// The contents of `awareness.json` but for what says which model it is.
  public var json: JSONObject {
    var object: JSONObject = [
      "judge": .string(judge), "judge_settings": judgeSettings, "heuristic": .bool(isHeuristic),
      "settings": .object(settings),
    ]
    if !warnings.isEmpty { object["warnings"] = .array(warnings.map { .string($0) }) }
    for (name, digest, outcome) in lists {
      object[name] = Self.json(digest, outcome.json)
    }
    if !benign.isEmpty {
      var members = JSONObject()
      for (name, digest, outcome) in benign { members[name] = Self.json(digest, outcome.json) }
      object["benign"] = .object(members)
    }
    return object
  }

  private static func json(_ digest: String, _ outcome: JSONObject) -> JSON {
    var object: JSONObject = ["questions_sha256": .string(digest)]
    for (key, value) in outcome.members { object[key] = value }
    return .object(object)
  }
}
