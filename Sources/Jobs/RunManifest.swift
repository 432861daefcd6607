// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINExecution
import SPINJSON
import SPINKernels
import SPINStorage

/// The record of a run: enough to repeat it and to check that the repetition is the same.
///
/// What decides the result is under `identity`; what cannot change it (time, machine, memory)
/// under `circumstances`.
struct RunManifest {
  let run: PipelineRun
  let directory: RunDirectory
  let rounds: [SuppressionRound]
  let evaluation: ModelEvaluation?
  let evaluations: [EvaluationComparison]
  let seconds: Double

  private var coupledSet: CoupledSet { rounds[0].coupledSet }
  private var patch: Patch { rounds[rounds.count - 1].patch }

  static let schema = "run/3"

  /// Writes `manifest.json`, whole or not at all.
  ///
  /// Repeating a finished run does nothing, so its record does not change.
  func write() throws {
    let json = try json()
    if let before = try recorded(), Self.isSame(before, json) { return }
    try OutputFile.write(Array(json.serialized().utf8), to: directory.manifest)
  }

  private func recorded() throws -> JSON? {
    guard FileSystem.status(directory.manifest) != nil else { return nil }
    return try JSON(parsing: FileSystem.read(directory.manifest), path: directory.manifest)
  }

  /// Whether two records are of the same results, whatever their time, memory and spelling of options.
  private static func isSame(_ one: JSON, _ other: JSON) -> Bool {
    let (one, other) = (content(of: one), content(of: other))
    return ["schema", "tool_version", "identity", "results", "inputs", "outputs"].allSatisfy {
      one[$0] == other[$0]
    }
  }

  /// A record without the names and paths of its inputs.
  private static func content(of record: JSON) -> JSONObject {
    var record = record.object ?? JSONObject()
    if var identity = record["identity"]?.object {
      identity["model_origin"] = nil
      identity["data"] = identity["data"]?.array.map { sets in
        .array(
          sets.map { set in
            guard var set = set.object else { return set }
            set["file"] = nil
            return .object(set)
          })
      }
      record["identity"] = .object(identity)
    }
    if var inputs = record["inputs"]?.object, var scores = inputs["scores"]?.object {
      scores["folder"] = nil
      inputs["scores"] = .object(scores)
      record["inputs"] = .object(inputs)
    }
    return record
  }

  private func json() throws -> JSON {
    [
      "schema": .string(Self.schema), "tool_version": .string(SPINVersion.current),
      "arguments": .array(run.arguments.map { .string($0) }),
      "identity": identity, "results": results, "inputs": try inputs(), "outputs": try outputs(),
      "circumstances": circumstances,
    ]
  }

  private var identity: JSON {
    var files = JSONObject()
    for (name, hash) in run.job.modelFiles.sorted(by: { $0.key < $1.key }) {
      files[name] = .string(hash)
    }
    let data = run.job.dataSets.map { dataSet -> JSON in
      [
        "name": .string(dataSet.name), "file": .string(FileSystem.name(of: dataSet.path)),
        "sha256": .string(dataSet.dataDigest), "samples_sha256": .string(dataSet.sampleDigest),
        "rows": .array(dataSet.rows.map { JSON($0) }),
      ]
    }
    let request = run.job.request
    var identity: JSONObject = [
      "model_sha256": .string(ModelDirectory.modelHash(of: run.job.modelFiles)),
      "model_files": .object(files),
      "arithmetic": .string(run.job.request.execution.arithmetic.name),
      "data": .array(data),
      "nsamples": JSON(request.calibration.sampleCount),
      "seed": .string("\(request.calibration.seed)"),
      "first_response_token": .string(request.calibration.firstResponseToken.rawValue),
      "overflow": .string(request.calibration.overflow.rawValue),
      "prompts": run.job.promptFormat.identity,
      "target_module": .string(request.target.rawValue),
      "keep": .string(request.keep.description),
      "selection": .object(coupledSet.provenance), "rounds": JSON(run.roundCount),
      "evaluation": evaluation?.identity ?? .null,
    ]
    if let origin = run.job.directory.origin { identity["model_origin"] = .object(origin.json) }
    return .object(identity)
  }

  private var results: JSON {
    [
      "weights": JSON(patch.weightCount), "matrices": JSON(patch.tensors.count),
      "rounds": .array(rounds.map { result(of: $0) }),
    ]
  }

  private func result(of round: SuppressionRound) -> JSON {
    var means = JSONObject()
    var values = JSONObject()
    for dataSet in run.job.dataSets {
      guard let losses = round.losses[dataSet.name], !losses.isEmpty else { continue }
      means[dataSet.name] = .number(losses.reduce(0, +) / Double(losses.count))
      values[dataSet.name] = .array(losses.map { .number($0) })
    }
    return [
      "round": JSON(round.number), "weights": JSON(round.patch.weightCount),
      "new_weights": JSON(round.newWeightCount),
      "warnings": .array(round.coupledSet.warnings.map { .string($0) }),
      "mean_loss": .object(means), "losses": .object(values),
      "evaluation": round.number <= evaluations.count ? evaluations[round.number - 1].json : .null,
    ]
  }

  /// Whether the scores of the first round are in the folder of the run.
  private var hasScores: Bool { directory.scores.path.hasPrefix(directory.path + "/") }

  private func scorePaths(ofRound number: Int) throws -> [String] {
    let scores = directory.scores(ofRound: number)
    return try run.job.dataSets.map { try scores.path(of: $0.name) }
  }

  /// Scores that were taken from elsewhere, or that runs share: where they are, and their digests; empty where the run
  /// has its own.
  ///
  /// A folder next to that of the run is named relative to it, so that both can be moved together.
  private func inputs() throws -> JSON {
    guard !hasScores else { return [:] }
    var digests = JSONObject()
    for path in try scorePaths(ofRound: 1) {
      digests[FileSystem.name(of: path)] = .string(try FileDigest.sha256(ofFileAt: path))
    }
    let folder = FileSystem.resolved(directory.scores.path) ?? directory.scores.path
    let parent = FileSystem.resolved(directory.path).map(FileSystem.parent)
    let isBeside = parent.map { folder.utf8.starts(with: "\($0)/".utf8) } ?? false
    let name = isBeside ? "../" + folder.dropFirst((parent ?? "").count + 1) : folder
    return ["scores": ["folder": .string(name), "sha256": .object(digests)]]
  }

  private func outputs() throws -> JSON {
    var paths = [directory.selection, directory.patch]
    for round in rounds {
      if round.number > 1 || hasScores { paths += try scorePaths(ofRound: round.number) }
      if run.roundCount > 1 {
        paths += ["selection", "patch"].map { "\(directory.round(round.number))/\($0).json" }
      }
    }
    if evaluation != nil {
      let folders =
        [directory.evaluation]
        + rounds.dropLast().map { directory.round($0.number) + "/evaluation" }
      // Names that begin with a dot are journals, whose lines come in any order; what lm-eval's
      // readers take carries the time in its name and content.
      let passing = [".", "results_", "samples_"]
      paths += try folders.flatMap { folder in
        try FileSystem.names(in: folder)
          .filter { name in
            !passing.contains { name.hasPrefix($0) } && name.contains(".json")
          }.sorted().map { folder + "/" + $0 }
      }
    }
    if run.savesModel {
      paths += patch.base.files.keys.sorted().map { directory.model + "/" + $0 }
    }
    var outputs = JSONObject()
    for path in paths {
      let name = String(path.dropFirst(directory.path.count + 1))
      outputs[name] = .string(try FileDigest.sha256(ofFileAt: path))
    }
    return .object(outputs)
  }

  private var circumstances: JSON {
    [
      "finished": .string(Date().formatted(.iso8601)), "seconds": .number(seconds),
      "threads": JSON(run.job.request.execution.device.threads),
      "max_memory_bytes": JSON(run.job.request.execution.maxMemory),
      "peak_resident_bytes": Machine.peakResidentBytes.map { JSON($0) } ?? .null,
      "kernels": .string(run.job.request.execution.device.implementation),
      "processors": JSON(Machine.processorCount),
    ]
  }
}
