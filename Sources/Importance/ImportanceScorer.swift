// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration
import SPINCheckpoint
public import SPINDecoderNames
import SPINErrors
public import SPINExecution
import SPINKernels
public import SPINScores
import SPINStorage
public import SPINTransformer

/// Scores every weight of the chosen matrices for several data sets.
///
///     score_D = |W| * sum over samples s of D of |dL_s / dW|
///
/// with L_s the mean negative log-likelihood of the response tokens of sample s. All samples of all
/// data sets go through the first block, then through the second, and so on, and back: each block's
/// weights are read once forward and once backward. Scores do not depend on threads, budget, chunks
/// or interruptions, to the bit.
///
/// - Source: Qian et al. 2025, arXiv:2410.16672, section 3.
/// - Note: Differs from ChnQ/SPIN d708d83, `src/compute_importance_score.py`, which runs every
///   sample once per layer and adds in bfloat16; here it is one pass, in Float32.
public struct ImportanceScorer: Sendable {
  let decoder: Decoder
  let dataSets: [CalibrationSet]
  let target: TargetModule
  let keep: KeepPolicy
  let execution: Execution
  private let inputs: [String]
  /// What each data set's scores are computed from, in the order of the data sets.
  package let provenances: [ScoreProvenance]
  /// The cost of the run.
  public let plan: ScoringPlan

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - decoder: The model.
  ///   - modelFiles: The SHA-256 of each of its weight files, by name.
  ///   - dataSets: What to score it on; their names differ.
  ///   - target: The matrices to score.
  ///   - keep: How many scores of each matrix to write.
  ///   - tool: Name and version of the program, for the record.
  ///   - execution: The device, memory budget and scratch folder to compute with.
  ///   - configurationDigest: The SHA-256 of the model's `config.json`, where it has one.
  ///   - inputs: Input folders, such as the model's, that the results must be separate from.
  /// - Throws: `SPINError` where names repeat or the budget is too small.
  public init(
    decoder: Decoder, modelFiles: [String: String], modelOrigin: String? = nil,
    dataSets: [CalibrationSet], target: TargetModule = .feedForward, keep: KeepPolicy = .automatic,
    tool: String, on execution: Execution, configurationDigest: String? = nil,
    inputs: [String] = []
  ) throws {
    precondition(!dataSets.isEmpty, "dataSets is empty")
    for dataSet in dataSets {
      try ScoreDirectory.checkName(dataSet.name)
      guard dataSets.count(where: { $0.name == dataSet.name }) == 1 else {
        throw SPINError(.usage, at: .scoredData, "names \"\(dataSet.name)\" twice")
      }
    }
    guard decoder.interventions == nil else {
      throw SPINError(
        .unavailable, "a model whose hidden states an adapter changes cannot be scored",
        remedy: "score the model without the adapter")
    }
    self.decoder = decoder
    self.dataSets = dataSets
    self.target = target
    self.keep = keep
    self.execution = execution
    self.inputs = inputs
    provenances = dataSets.map {
      ScoreProvenance(
        tool: tool, modelFiles: modelFiles, modelOrigin: modelOrigin,
        configurationDigest: configurationDigest, dataSet: $0, keep: keep, targetModule: target,
        arithmetic: execution.arithmetic)
    }
    plan = try ScoringPlan(
      configuration: decoder.configuration,
      elementBytes: decoder.weights.head.elementType.byteCount, target: target,
      sampleLengths: dataSets.flatMap { $0.samples.map(\.tokens.count) },
      predictionCount: dataSets.reduce(0) { $0 + $1.report.responseTokenCount },
      execution: execution)
  }

  /// Whether a folder already holds these very scores.
  public func isComplete(at directory: ScoreDirectory) throws -> Bool {
    try zip(dataSets, provenances).allSatisfy { dataSet, provenance in
      let path = try directory.path(of: dataSet.name)
      guard FileSystem.status(path) != nil else { return false }
      return try ScoreFile(path: path).provenance.yieldsSameScores(as: provenance)
    }
  }

  /// Scores, and writes one file a data set; resumes where an interrupted run stopped, and does nothing where all is
  /// done.
  ///
  /// - Parameters:
  ///   - directory: The folder of the scores; it is made if it is absent.
  ///   - restart: Whether to discard what an unfinished or other run left there.
  ///   - shouldStop: Checked between steps; true ends the run with an error of code `interrupted`,
  ///     and the same call later resumes from there.
  ///   - report: Called with each progress event.
  /// - Throws: `SPINError` where the folder holds other scores, the disk is full, a score is not
  ///   finite, or the run was stopped.
  public func run(
    into directory: ScoreDirectory, restart: Bool = false,
    shouldStop: @escaping () -> Bool = { false },
    report: @escaping (ScoringEvent) -> Void = { _ in }
  ) throws {
    // Two processes that fill one folder would mix their sums.
    let output = try OutputFolder(directory.path, of: "score", apartFrom: inputs)
    defer { output.close() }
    let workspace = ScoringWorkspace(
      directory: directory, output: output, execution: execution, identity: identity)
    if restart { try workspace.discard() }
    try output.begin(restart: restart)
    try requireVacant(directory)
    if try isComplete(at: directory) { return try workspace.discard() }
    let sweep = try GradientSweep(
      self, workspace: workspace, shouldStop: shouldStop, report: report)
    try sweep.run()
    let losses = sweep.losses
    for (dataSet, provenance) in zip(dataSets, provenances) {
      let parts = try (0..<decoder.configuration.layerCount).flatMap { layer in
        try ScoreFile(path: workspace.part(layer: layer, dataSet: dataSet.name)).matrices
      }
      try ScoreFile(
        provenance: provenance, matrices: parts, losses: losses[dataSet.name] ?? []
      ).write(to: directory.path(of: dataSet.name))
    }
    try workspace.discard()
  }

  /// One digest of everything that decides the result.
  private var identity: String {
    let text = provenances.flatMap { provenance in
      var provenance = provenance
      provenance.modelOrigin = nil
      return provenance.metadata.map { "\($0.0)=\($0.1)" }
    }
    return FileDigest.sha256(Array(text.joined(separator: "\n").utf8))
  }

  /// Refuses to overwrite other scores.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names what differs.
  public func requireVacant(_ directory: ScoreDirectory) throws {
    try OutputFolder.requireFree(.init(), in: directory.path, of: "score")
    for (dataSet, provenance) in zip(dataSets, provenances) {
      let path = try directory.path(of: dataSet.name)
      guard FileSystem.status(path) != nil else { continue }
      let found = try? ScoreFile(path: path).provenance
      guard found?.yieldsSameScores(as: provenance) == true else {
        let difference: SettingText =
          found?.difference(from: provenance).map {
            ": \($0.setting) was \($0.there) and is \($0.here) now"
          } ?? ""
        throw SPINError(
          .cannotCreate, at: path,
          "exists and holds scores of another model, data or options\(difference)",
          remedy:
            "choose another \(setting: .directory), or give \(enabling: .restart) to replace it")
      }
    }
    try requireAlike(directory)
  }

  /// Refuses to add scores to others that were made otherwise: a selection would mix them.
  private func requireAlike(_ directory: ScoreDirectory) throws {
    guard FileSystem.status(directory.path) != nil, let own = provenances.first else { return }
    let names = Set(dataSets.map(\.name))
    for name in try directory.dataSets() where !names.contains(name) {
      let path = try directory.path(of: name)
      // What is no score file is found by whoever reads it.
      guard let found = try? ScoreFile(path: path).provenance,
        let (isOfRows, setting, there, here) = found.settingsDifference(from: own)
      else { continue }
      let difference: SettingText =
        isOfRows
        ? "of \(there), and this command scores \(here)"
        : "made with \(setting) \(there), and this command says \(here)"
      throw SPINError(
        .cannotCreate, at: path, "holds scores \(difference); a selection would mix them",
        remedy: """
          repeat the options of these scores, choose another \(setting: .directory), or give \
          \(enabling: .restart) to replace all scores there
          """)
    }
  }
}

extension ScoreProvenance {
  /// What the scores of a data set are computed from.
  init(
    tool: String, modelFiles: [String: String], modelOrigin: String?,
    configurationDigest: String?, dataSet: CalibrationSet, keep: KeepPolicy,
    targetModule: TargetModule, arithmetic: Arithmetic
  ) {
    let report = dataSet.report
    self.init(
      tool: tool, modelFiles: modelFiles, dataSet: dataSet.name,
      dataFile: FileSystem.name(of: dataSet.path), dataDigest: dataSet.dataDigest,
      rows: dataSet.rows, seed: dataSet.options.seed, sampleDigest: dataSet.sampleDigest,
      sampleCount: report.sampleCount, tokenCount: report.tokenCount,
      responseTokenCount: report.responseTokenCount, truncatedCount: report.truncatedRows.count,
      skippedCount: report.skippedRows.count, emptyCount: report.rowsWithoutResponse.count,
      keep: keep, targetModule: targetModule,
      firstResponseToken: dataSet.options.firstResponseToken.rawValue,
      overflow: dataSet.options.overflow.rawValue, promptFormat: dataSet.promptFormat,
      modelOrigin: modelOrigin, configurationDigest: configurationDigest,
      arithmetic: arithmetic.name)
  }
}
