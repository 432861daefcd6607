// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
public import SPINLanguageModel
import SPINStorage

/// The comparison of the paper: methods that change a model, each with several seeds, measured under identical settings.
///
///     let comparison = try MethodComparison(request, judge: PhraseJudge())
///     let result = try comparison.run(into: "comparison")
///
/// The untouched model is measured once. Every arm has a folder that is a run of its own, which
/// `spin report` reads. Finished steps are stored: an interrupted comparison resumes when it is run
/// again.
///
/// - Source: Qian et al. 2025, arXiv:2410.16672, table 1 and figure 1b.
public struct MethodComparison: Sendable {
  /// The methods, seeds and data to compare.
  public let request: ComparisonRequest
  /// The model, with no edit on it.
  public let model: LanguageModel
  /// The SHA-256 of each weight file, by name.
  public let modelFiles: [String: String]
  /// What measures each edit.
  public let evaluation: ModelEvaluation
  /// The scoring of each seed and number of rows.
  let scorings: [Calibration: ScoringJob]
  /// The scorings whose scores the request already has.
  let givenScores: Set<Calibration>
  /// The training of each arm that is trained.
  let trainings: [ComparisonArm: any TrainingJob]

  /// What arms that share their scores have in common.
  struct Calibration: Hashable {
    let seed: UInt64
    let sampleCount: Int
  }

  /// Progress, as events to show.
  public enum Progress: Sendable {
    /// An arm begins, the `number`th of all.
    case arm(ComparisonArm, number: Int, of: Int)
    /// A model or adapter is trained.
    case training(TrainingEvent)
    /// Progress of scoring.
    case scoring(ScoringEvent)
    /// Progress of a measure.
    case measuring(MeasureProgress)
  }

  /// The result of a comparison.
  public struct Result: Sendable {
    /// Every arm with its measures, in the order of the request's arms.
    public let rows: [ComparisonRow]
    /// The methods with their changes over all seeds, in the order of the request.
    public let methods: [MethodSummary]
    /// The report that was written.
    public let report: Report
  }

  /// Warnings about the model, as sentences.
  public var warnings: [String] { model.warnings }

  /// Reads the model and the data of the measures.
  ///
  /// - Throws: `SPINError` for a file that is missing or malformed, or a request that makes no sense.
  public init(_ request: ComparisonRequest, judge: any Judge) throws {
    try Self.check(request)
    self.request = request
    model = try LanguageModel(path: request.model)
    modelFiles = try model.directory.fileHashes()
    var measures = request.evaluation
    measures.leaveOut(promptsOf: request.data)
    measures.reserve(
      for: [request.selection],
      rounds: request.methods.contains(.spinIterated) ? request.roundCount : 1,
      target: request.target,
      of: model.decoder.configuration)
    if request.methods.contains(where: { $0 == .lora || $0 == .dora }) {
      try measures.reserve(forMerging: request.adapter, into: model)
    }
    measures.seenData = (measures.seenData ?? []) + request.trainingData
    evaluation = try ModelEvaluation(measures, of: model, modelFiles: modelFiles, judge: judge)
    scorings = try Self.scorings(request, model, modelFiles)
    givenScores = try Self.givenScores(request, scorings)
    trainings = try Self.trainings(request, model, modelFiles)
  }

  /// The scorings whose very scores the request has.
  ///
  /// - Throws: `SPINError` where they are of none of them, with what differs from the first.
  private static func givenScores(
    _ request: ComparisonRequest, _ scorings: [Calibration: ScoringJob]
  ) throws -> Set<Calibration> {
    guard let scores = request.scores else { return [] }
    let arms = request.arms.filter { $0.method.rule != nil }
    guard !arms.isEmpty else {
      throw SPINError(
        .usage, at: .scores, "is given, and no method needs scores", remedy: "leave it out")
    }
    var failure: (any Error)?
    let given = arms.map(Calibration.init).filter { calibration in
      do {
        try scorings[calibration]?.requireScores(at: scores)
        return true
      } catch {
        failure = failure ?? error
        return false
      }
    }
    if given.isEmpty, let failure { throw failure }
    return Set(given)
  }

  /// The scores of arms that share them.
  func scores(_ calibration: Calibration, in directory: String) -> ScoreDirectory {
    if let given = request.scores, givenScores.contains(calibration) { return given }
    return ScoreDirectory(path: "\(directory)/\(calibration.folder)")
  }

  /// The scorings that arms need, each checked against the selection.
  private static func scorings(
    _ request: ComparisonRequest, _ model: LanguageModel, _ modelFiles: [String: String]
  ) throws -> [Calibration: ScoringJob] {
    var jobs: [Calibration: ScoringJob] = [:]
    for arm in request.arms where arm.method.rule != nil {
      let key = Calibration(arm)
      guard jobs[key] == nil else { continue }
      var scoring = ScoringRequest(
        model: request.model, data: request.data, on: request.execution)
      scoring.columns = request.columns
      scoring.calibration = request.calibration
      scoring.calibration.seed = key.seed
      scoring.calibration.sampleCount = key.sampleCount
      scoring.prompts = request.prompts
      scoring.target = request.target
      scoring.keep = request.keep
      let job = try ScoringJob(scoring, model: model, modelFiles: modelFiles)
      try FeasibleSelection(
        selection: request.selection, job: job, allowsEmpty: request.allowsEmpty
      ).require()
      jobs[key] = job
    }
    return jobs
  }

  /// The trainings of arms, each checked.
  private static func trainings(
    _ request: ComparisonRequest, _ model: LanguageModel, _ modelFiles: [String: String]
  ) throws -> [ComparisonArm: any TrainingJob] {
    var jobs: [ComparisonArm: any TrainingJob] = [:]
    for arm in request.arms where arm.method.isTrained {
      let training = request.training(of: arm)
      switch arm.method {
      case .full:
        jobs[arm] = try FullTrainingJob(model, files: modelFiles, training)
      case .loreft:
        jobs[arm] = try LoReFTTrainingJob(
          model, files: modelFiles, request.intervention, training)
      default:
        var adapter = request.adapter
        adapter.usesDoRA = arm.method == .dora
        adapter.baseModel =
          adapter.baseModel ?? model.directory.origin?.repository ?? request.model
        jobs[arm] = try LowRankTrainingJob(model, files: modelFiles, adapter, training)
      }
    }
    return jobs
  }

  private static func check(_ request: ComparisonRequest) throws {
    func refuse(_ setting: Setting, _ found: SettingText, _ remedy: SettingText) -> SPINError {
      SPINError(.usage, at: setting, found, remedy: remedy)
    }
    for (setting, values) in [
      (Setting.methods, request.methods.map(\.rawValue)), (.seeds, request.seeds.map { "\($0)" }),
      (.sampleCounts, request.sampleCounts.map { "\($0)" }),
    ] where values.isEmpty || Set(values).count != values.count {
      throw refuse(setting, "names nothing, or something twice", "name each once")
    }
    guard request.methods.contains(where: { $0 != .origin }) else {
      throw refuse(
        .methods, "names nothing to compare the untouched model with", "name a method")
    }
    guard !request.evaluation.questions.isEmpty else {
      throw refuse(.questions, "is missing: there is nothing to compare by", "give NAME=FILE")
    }
    let trained = request.methods.filter(\.isTrained)
    if let method = trained.first, request.trainingData.isEmpty {
      throw refuse(
        .trainingData, "is missing, and \(method.rawValue) is trained",
        "give \(setting: .trainingData, typed: "FILE")")
    }
    try request.training.check()
    var selection = request.selection
    selection.scale = request.softScale
    try selection.validate()
  }

  /// Runs the comparison, or what is left of it.
  ///
  /// - Parameters:
  ///   - directory: The folder of the results: `compare.json`, and a folder for every arm.
  ///   - restart: Whether to discard what an earlier comparison left there, of any methods; other
  ///     files in the folder are not touched.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` as scoring, training and measuring do.
  public func run(
    into directory: String, restart: Bool = false,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (Progress) -> Void = { _ in }
  ) throws -> Result {
    if !restart { try requireSameRequest(in: directory) }
    let output = try OutputFolder(directory, of: "compare", apartFrom: [model.directory.path])
    defer { output.close() }
    try output.requireFree(contents(directory))
    try output.begin(restart: restart)
    try RequestRecord(self).write(to: directory)
    let untouched = directory + "/origin/evaluation"
    try FileSystem.ensureDirectory(directory + "/origin")
    _ = try evaluation.measure(
      "before", edit: nil, into: untouched, shouldStop: shouldStop,
      report: { report(.measuring($0)) })
    let arms = request.arms
    let maker = ArmMaker(
      comparison: self, directory: directory, shouldStop: shouldStop, report: report)
    let rows = try arms.enumerated().map { place, arm in
      report(.arm(arm, number: place + 1, of: arms.count))
      let folder = "\(directory)/\(arm.folder)"
      try FileSystem.ensureDirectory(folder)
      try ModelEvaluation.adoptUntouched(from: untouched, into: folder + "/evaluation")
      return try maker.row(arm, in: folder)
    }
    let methods = try MethodSummary.all(of: rows, evaluation)
    let document = ComparisonDocument(comparison: self, rows: rows, methods: methods)
    try ResultFile.write(document.json, to: directory + "/compare.json")
    let page = try Report(comparison: directory)
    try page.write(to: RunDirectory(path: directory))
    try page.writeTable(into: directory)
    return Result(rows: rows, methods: methods, report: page)
  }

  /// Refuses a folder that holds another comparison; nothing there is changed.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names every option that differs.
  public func requireSameRequest(in directory: String) throws {
    try RequestRecord(self).require(in: directory, scores: nil)
  }

  /// Refuses a folder with files of others where this comparison writes; for plans, which write nothing.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names them.
  package func requireVacant(_ directory: String) throws {
    try OutputFolder.requireFree(contents(directory), in: directory, of: "compare")
    for arm in request.arms {
      guard let rule = arm.method.rule else { continue }
      try run(of: arm, rule).requireVacant(
        runDirectory(of: arm, in: directory), evaluation: evaluation,
        within: (directory, "compare"))
    }
  }

  private func contents(_ directory: String) -> OutputFolder.Contents {
    let trained = request.arms.filter(\.method.isTrained)
    let measured = trained.map { arm in
      let reports = OutputFolder.Contents(files: RunDirectory(path: arm.folder).reportNames)
      return (reports + evaluation.contents().inside("evaluation")).inside(arm.folder)
    }
    return measured.reduce(
      .init(
        files: Self.fileNames(directory),
        folders: request.arms.map(\.folder) + scorings.keys.map(\.folder).sorted())
        + evaluation.contents(["before"]).inside("evaluation").inside("origin"), +)
  }

  /// The run that makes and measures an arm which is not trained.
  func run(of arm: ComparisonArm, _ rule: SelectionRule) -> PipelineRun {
    var selection = request.selection
    selection.rule = rule
    selection.seed = arm.seed
    selection.scale = arm.method == .spinSoft ? request.softScale : 0
    guard let job = scorings[Calibration(arm)] else {
      preconditionFailure("no scoring for \(arm.folder)")
    }
    return PipelineRun(
      job: job, selection: selection,
      roundCount: arm.method == .spinIterated ? request.roundCount : 1,
      allowsEmpty: request.allowsEmpty)
  }

  /// Where that run writes: arms of one seed and number of rows share their scores.
  func runDirectory(of arm: ComparisonArm, in directory: String) -> RunDirectory {
    let calibration = Calibration(arm)
    return RunDirectory(
      path: "\(directory)/\(arm.folder)", scores: scores(calibration, in: directory),
      ownsScores: !givenScores.contains(calibration))
  }

  /// The names of all files that a comparison writes in addition to its folders.
  private static func fileNames(_ directory: String) -> [String] {
    ["compare.json", FileSystem.name(of: RequestRecord.path(directory))] + Report.tableNames
      + RunDirectory(path: directory).reportNames
  }
}

extension MethodComparison.Calibration {
  init(_ arm: ComparisonArm) {
    self.init(seed: arm.seed, sampleCount: arm.sampleCount ?? 0)
  }

  /// The folder of the scores within the comparison's.
  var folder: String { "scores-n-\(sampleCount)-seed-\(seed)" }
}

extension ModelEvaluation {
  /// Copies the results of the unedited model from another folder, so that it is not measured again.
  static func adoptUntouched(from source: String, into target: String) throws {
    try FileSystem.ensureDirectory(target)
    for name in try FileSystem.names(in: source)
    where name.contains("-before.") || name.hasPrefix(".verdicts-") {
      let path = "\(target)/\(name)"
      guard FileSystem.status(path) == nil else { continue }
      try OutputFile.write(try FileSystem.read("\(source)/\(name)"), to: path)
    }
  }
}
