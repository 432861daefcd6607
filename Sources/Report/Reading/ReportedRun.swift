// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINJSON
import SPINPatch
import SPINScores
import SPINSelection
import SPINStorage

/// Everything that a report reads about one run; absent parts are nil or empty.
struct ReportedRun {
  /// The name of the run in the report.
  let name: String
  let path: String
  let record: RunRecord?
  let selection: CoupledSet?
  let patch: Patch?
  let curves: [ScoreCurve]
  /// The measures, in the order of pages.
  let readings: [any MeasureReading]
  /// The answers that are shown, in the order of the question sets.
  let samples: [SampleAnswers]
  let lint: DataLintFile?
  let sweep: SweepFile?

  /// Reads the folder of a run, or a folder of measures.
  ///
  /// - Throws: `SPINError` if the folder has none of the files, a file is malformed, or two files
  ///   are of different models or edits.
  init(_ source: Report.Source) throws {
    let path = source.path
    guard FileSystem.status(path)?.kind == .directory else {
      throw SPINError(
        .missingInput, at: path, "is not a folder",
        remedy: "give the folder that `spin run` or `spin evaluate --out` wrote")
    }
    name = source.name
    self.path = path
    let inner = path + "/evaluation"
    let folder = FileSystem.status(inner)?.kind == .directory ? inner : path
    record = try RunRecord(path: path + "/manifest.json")
    selection = try Self.present(path + "/selection.json").map { try CoupledSet(path: $0) }
    patch = try Self.present(path + "/patch.json").map { try Patch(path: $0) }
    curves = try Self.curves(selection, record, in: path, scores: source.scores)
    let readings = try MeasureReadings.read(folder)
    self.readings = readings
    let awareness = readings.lazy.compactMap { $0 as? AwarenessReading }.first
    samples = try awareness.map { try SampleAnswers.chosen(from: $0, in: folder) } ?? []
    lint = try DataLintFile(path: path + "/data.json")
    sweep = try SweepFile(path: path + "/sweep.json")
    try requireContent()
    try requireOneModel()
  }

  /// The curves of the run's own scores, or of scores from elsewhere that still have the recorded
  /// digests: those given, those that the run took, or those shared by the arms of a comparison.
  private static func curves(
    _ selection: CoupledSet?, _ record: RunRecord?, in path: String, scores: String?
  ) throws -> [ScoreCurve] {
    guard let selection else { return [] }
    let own = ScoreDirectory(path: path + "/scores")
    if FileSystem.status(own.path) != nil { return try ScoreCurve.all(of: selection, scores: own) }
    guard let record else { return [] }
    let taken = record.takenScores(of: path)
    let shared = record.sharedScores.map { [FileSystem.parent(of: path) + "/" + $0] } ?? []
    for place in [scores].compactMap(\.self) + taken + shared
    where FileSystem.status(place)?.kind == .directory {
      let scores = ScoreDirectory(path: place)
      guard try record.hasDigests(of: scores) else { continue }
      return try ScoreCurve.all(of: selection, scores: scores)
    }
    return []
  }

  private static func present(_ path: String) -> String? {
    FileSystem.status(path) == nil ? nil : path
  }

  private func requireContent() throws {
    guard record == nil, selection == nil, patch == nil, lint == nil, sweep == nil, measures.isEmpty
    else {
      return
    }
    guard !Report.isComparison(path) else {
      throw SPINError(
        .malformedInput, at: path, "holds a comparison, which is no single run",
        remedy: "report it by itself, or give folders of its arms")
    }
    throw SPINError(
      .missingInput, at: path, "holds neither manifest.json, selection.json nor a measure",
      remedy: "give the folder that `spin run` or `spin evaluate --out` wrote")
  }

  /// The documents of the measures.
  private var measures: [MeasureFile] { readings.map(\.file) }

  /// Numbers of different models must not be on one page as if they belonged together.
  private func requireOneModel() throws {
    var known: [(file: String, hash: String)] = []
    if let record { known.append((path + "/manifest.json", record.modelHash)) }
    // Selections of later rounds are of the model as edited before.
    let round = patch?.provenance["round"].flatMap { Int(json: $0) } ?? 1
    if let selection, round == 1 {
      known.append(
        (path + "/selection.json", ModelDirectory.modelHash(of: selection.modelFiles)))
    }
    if let patch { known.append((path + "/patch.json", patch.base.modelHash)) }
    if let sweep { known.append((sweep.path, sweep.modelHash)) }
    known += measures.compactMap { file in file.modelHash.map { (file.path, $0) } }
    for (file, hash) in known.dropFirst() where hash != known[0].hash {
      throw SPINError(
        .malformedInput, at: file,
        "is of the model \(hash.prefix(12)), \(known[0].file) of \(known[0].hash.prefix(12))",
        remedy: "measure the model of the run again, or remove the file")
    }
    try requireOneEdit()
    guard let expected = patch?.weightCount else { return }
    for file in measures {
      guard let found = file.patchWeights, found != expected else { continue }
      throw file.members.failure(
        "patch_weights", "is \(found), the patch of the run has \(expected) weights",
        remedy: "measure again with the patch of the run")
    }
  }
}

extension ReportedRun {
  /// Numbers of different edits of a model must not be under one heading either.
  fileprivate func requireOneEdit() throws {
    var known = patch.map { [(file: path + "/patch.json", digest: $0.contentDigest)] } ?? []
    known += measures.compactMap { file in file.editDigest.map { (file.path, $0) } }
    for (file, digest) in known.dropFirst() where digest != known[0].digest {
      throw SPINError(
        .malformedInput, at: file,
        "is of the edit \(digest.prefix(12)), \(known[0].file) of \(known[0].digest.prefix(12))",
        remedy: patch == nil
          ? "measure each edit into a folder of its own"
          : "measure again with the patch of the run, or another edit into a folder of its own")
    }
  }

  var awareness: AwarenessReading? { reading() }
  var perplexity: PerplexityReading? { reading() }
  var divergence: DivergenceReading? { reading() }
  var choices: ChoicesReading? { reading() }
  var phrases: PhrasesReading? { reading() }
  var coupling: CouplingReading? { reading() }

  private func reading<Reading: MeasureReading>() -> Reading? {
    readings.lazy.compactMap { $0 as? Reading }.first
  }

  /// The name of the model; nil if no file says it.
  var modelName: String? { measures.compactMap(\.model).first ?? patch?.base.name }
  /// The number of weights of the edit; nil if unknown.
  var weightCount: Int? {
    patch?.weightCount ?? record?.weights ?? measures.compactMap(\.patchWeights).first
      ?? selection?.count
  }
  /// The kind and number of trained parameters; nil if nothing was trained.
  var trained: (kind: String, parameters: Int)? { measures.compactMap(\.trained).first }
  /// Whether there is an edit, rather than a model as it is.
  var isEdited: Bool {
    patch != nil || selection != nil || trained != nil
      || measures.contains { $0.patchWeights != nil }
  }
  /// Whether the edit is known to change no weight, so that both sides are the same model.
  var isEmptyEdit: Bool { trained == nil && isEdited && weightCount == 0 }
  /// The versions of the program that wrote the files.
  var toolVersions: [String] {
    var versions: [String] = []
    for version in [record?.toolVersion].compactMap({ $0 }) + measures.map(\.toolVersion)
    where !versions.contains(version) { versions.append(version) }
    return versions
  }
}
