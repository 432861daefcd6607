// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON
import SPINScores
import SPINStorage

/// `manifest.json`: what a run did, with which settings and inputs.
struct RunRecord {
  /// The awareness after a round, and its change from the untouched model.
  struct Awareness {
    let name: String
    let rate: Double?
    let count: Int
    let change, lower, upper: Double?
  }

  /// A round of scoring and selecting.
  struct Round {
    let number, weights, newWeights: Int
    let warnings: [String]
    /// The mean loss of each data set's responses, in nats, in the order of the file.
    let meanLosses: [(dataSet: String, loss: Double)]
    /// The awareness after the round for each question set, in the order of the file.
    let awareness: [Awareness]
    /// The perplexity after the round; nil if it was not measured.
    let perplexity: Double?
  }

  /// A data set that was scored.
  struct DataSet {
    let name, file, digest: String
  }

  let members: JSONObject
  let toolVersion: String
  let arguments: [String]
  let modelHash: String
  let modelFiles: JSONObject
  /// The origin of the weights of an imported model.
  let modelOrigin: ModelOrigin?
  /// The name of the arithmetic; nil if the file does not say.
  let arithmetic: String?
  let dataSets: [DataSet]
  /// How scored prompts and responses became tokens, "raw" or "chat"; nil if the file does not say.
  let promptFormat: String?
  let weights, matrices: Int
  let rounds: [Round]
  let circumstances: JSONObject

  /// Reads a manifest; nil if there is none.
  init?(path: String) throws {
    guard let members = try JSONFile.members(of: path, schema: "run/2", "run/3") else { return nil }
    self.members = members
    toolVersion = try members.required("tool_version")
    arguments = try members.required("arguments")
    let identity = try members.required("identity", as: JSONObject.self)
    modelHash = try identity.required("model_sha256")
    modelFiles = try identity.required("model_files")
    modelOrigin = try identity.optional("model_origin", as: JSONObject.self).map {
      ModelOrigin(json: $0)
    }
    arithmetic = try identity.optional("arithmetic")
    dataSets = try identity.required("data", as: [JSONObject].self).map {
      DataSet(
        name: try $0.required("name"), file: try $0.required("file"),
        digest: try $0.required("sha256"))
    }
    promptFormat = try identity.optional("prompts", as: JSONObject.self)?
      .optional("prompt_format")
    let results = try members.required("results", as: JSONObject.self)
    weights = try results.required("weights")
    matrices = try results.required("matrices")
    rounds = try results.required("rounds", as: [JSONObject].self).map { try Round($0) }
    circumstances = try members.required("circumstances")
  }

  /// Possible folders of scores that the run took from elsewhere, the recorded one first; empty if
  /// it computed its own.
  ///
  /// - Parameter path: The folder of the run.
  func takenScores(of path: String) -> [String] {
    let recorded = inputScores?["folder"]?.string.map { $0.hasPrefix("/") ? $0 : "\(path)/\($0)" }
    // Earlier versions recorded it only among the arguments, relative to the working directory of
    // the command.
    let typed = typedScores.map { [$0, $0 + "/scores"] } ?? []
    return [recorded].compactMap(\.self) + typed
  }

  /// The record of scores taken from elsewhere; nil in records of earlier versions.
  private var inputScores: JSONObject? { members["inputs"]?.object?["scores"]?.object }

  /// The folder of scores in the arguments.
  private var typedScores: String? {
    for (place, argument) in arguments.enumerated() {
      if argument == "--scores", place + 1 < arguments.count { return arguments[place + 1] }
      if argument.hasPrefix("--scores=") { return String(argument.dropFirst("--scores=".count)) }
    }
    return nil
  }

  /// The name of the folder in which the arms of a comparison share their scores; nil if the record
  /// does not determine it.
  var sharedScores: String? {
    guard let identity = members["identity"]?.object,
      let count = identity["nsamples"].flatMap({ Int(json: $0) }),
      let seed = identity["seed"]?.string
    else { return nil }
    return "scores-n-\(count)-seed-\(seed)"
  }

  /// Whether a folder has the scores of the run, by their digests.
  func hasDigests(of scores: ScoreDirectory) throws -> Bool {
    let digests = try scoreDigests()
    return try digests.count > 0
      && digests.members.allSatisfy { name, digest in
        // Names come from the file and must not lead out of the folder.
        guard !name.contains("/") else { return false }
        let path = "\(scores.path)/\(name)"
        return try FileSystem.status(path)?.kind == .file
          && FileDigest.sha256(ofFileAt: path) == digest.string
      }
  }

  /// The digests of the scores of the first round, by file name.
  private func scoreDigests() throws -> JSONObject {
    if let inputScores { return try inputScores.required("sha256") }
    // Earlier versions listed scores from elsewhere among the outputs.
    var digests = JSONObject()
    let outputs = try members.optional("outputs", as: JSONObject.self) ?? JSONObject()
    let folder = "scores/"
    for (name, digest) in outputs.members where name.hasPrefix(folder) {
      let file = String(name.dropFirst(folder.count))
      if !file.contains("/") { digests[file] = digest }
    }
    return digests
  }

  /// The command that repeats the run, quoted for a shell.
  var command: String {
    RepeatableCommand(arguments, origin: modelOrigin, for: .owner).text
  }
}

extension RunRecord.Round {
  init(_ object: JSONObject) throws {
    number = try object.required("round")
    weights = try object.required("weights")
    newWeights = try object.required("new_weights")
    warnings = try object.required("warnings")
    let losses = try object.required("mean_loss", as: JSONObject.self)
    meanLosses = try losses.keys.map { ($0, try losses.required($0)) }
    let evaluation = try object.optional("evaluation", as: JSONObject.self)
    let awareness = try evaluation?.optional("awareness", as: JSONObject.self) ?? JSONObject()
    self.awareness = try awareness.keys.map { key in
      let set = try awareness.required(key, as: JSONObject.self)
      let comparison = try set.optional("comparison", as: JSONObject.self) ?? JSONObject()
      return RunRecord.Awareness(
        name: key, rate: try set.optional("after"), count: try set.required("n"),
        change: try comparison.optional("change"), lower: try comparison.optional("change_lower"),
        upper: try comparison.optional("change_upper"))
    }
    perplexity = try evaluation?.optional("perplexity", as: JSONObject.self)?.required("after")
  }
}
