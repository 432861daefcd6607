// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINEvaluation
import SPINJSON
public import SPINLanguageModel
import SPINStorage
import SPINTokenization
import SPINTransformer

/// Results in the files of lm-eval, so that its viewers and scripts read them.
///
///     FOLDER/MODEL/results_2026-11-25T01-30-00.123456.json
///     FOLDER/MODEL/samples_TASK_2026-11-25T01-30-00.123456.jsonl
///
/// - Source: lm-eval 0.4.13, `result_schema.py` and `evaluation_tracker.py`.
public struct HarnessResults {
  /// The model that was measured, as the files name it.
  public let modelName: String
  private let results: ChoicesResult
  private let options: ChoiceEvaluation.Options
  private let model: LanguageModel
  private let start: Double
  private let samples: [(name: String, samples: HarnessSamples)]

  /// Results to write.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - evaluation: The tasks and options.
  ///   - model: The model that was measured.
  ///   - name: The name of the model in the files.
  ///   - start: When it began, in seconds since 1970.
  public init(
    _ results: ChoicesResult, of evaluation: ChoiceEvaluation, model: LanguageModel, name: String,
    start: Double
  ) {
    self.results = results
    options = evaluation.options
    self.model = model
    modelName = name
    self.start = start
    samples = results.tasks.map { ($0.data.task.harnessName, HarnessSamples($0)) }
  }

  /// Writes the files.
  ///
  /// - Parameters:
  ///   - directory: Where the model's folder is made.
  ///   - seconds: How long it took.
  ///   - tool: Name and version of the program.
  /// - Returns: The file of results, below `directory`.
  public func write(to directory: String, seconds: Double, tool: String) throws -> String {
    let name = Self.sanitized(modelName)
    let folder = "\(directory)/\(name)"
    try FileSystem.ensureDirectory(folder)
    let date = Self.date(start)
    for (task, samples) in samples {
      let lines = samples.lines.map { JSON.object($0).serialized(indented: false) + "\n" }
      try OutputFile.write(
        Array(lines.joined().utf8), to: "\(folder)/samples_\(task)_\(date).jsonl")
    }
    // What was finished once keeps the time that it took.
    try ResultFile.write(
      .object(json(seconds: seconds, tool: tool)), to: "\(folder)/results_\(date).json",
      unlessOnlyDiffering: ["total_evaluation_time_seconds"])
    return "\(name)/results_\(date).json"
  }

  /// A name that can be a folder's, as lm-eval makes it.
  package static func sanitized(_ name: String) -> String {
    var result = ""
    var isInside = false
    for character in name.unicodeScalars {
      let isSpecial = "\"<>:/|\\?*[]".unicodeScalars.contains(character)
      if !isSpecial { result.unicodeScalars.append(character) }
      if isSpecial, !isInside { result += "__" }
      isInside = isSpecial
    }
    return result
  }

  /// "2026-11-25T01-30-00.123456", in UTC.
  package static func date(_ seconds: Double) -> String {
    let whole = seconds.rounded(.down)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd'T'HH-mm-ss"
    let fraction = Int(((seconds - whole) * 1e6).rounded())
    return formatter.string(from: Date(timeIntervalSince1970: whole))
      + String(format: ".%06d", min(fraction, 999_999))
  }

  /// The document.
  func json(seconds: Double, tool: String) -> JSONObject {
    var document = resultSections
    for (key, value) in settingSections(tool: tool).members { document[key] = value }
    var hashes = JSONObject()
    for (task, samples) in samples { hashes[task] = .string(samples.taskHash) }
    document["task_hashes"] = .object(hashes)
    document["model_source"] = "spin"
    document["model_name"] = .string(modelName)
    document["model_name_sanitized"] = .string(Self.sanitized(modelName))
    for key in ["system_instruction", "system_instruction_sha", "fewshot_as_multiturn"] {
      document[key] = .null
    }
    document["chat_template"] = .null
    document["chat_template_sha"] = .null
    document["total_evaluation_time_seconds"] = .string(seconds.description)
    return document
  }

  // MARK: - What was found

  private var resultSections: JSONObject {
    var tasks: JSONObject = [:]
    var (configs, versions, shots) = (JSONObject(), JSONObject(), JSONObject())
    var (higherIsBetter, counts) = (JSONObject(), JSONObject())
    for result in results.tasks {
      let task = result.data.task
      let examples = task.examples == .never ? 0 : options.exampleCount
      tasks[task.harnessName] = .object(Self.row(result))
      configs[task.harnessName] = .object(HarnessConfig.json(of: task, exampleCount: examples))
      versions[task.harnessName] = Double(task.version).map { .number($0) } ?? .null
      shots[task.harnessName] = JSON(examples)
      higherIsBetter[task.harnessName] = Self.higherIsBetter(task.metrics)
      counts[task.harnessName] = [
        "original": JSON(result.data.items.count), "effective": JSON(result.outcomes.count),
      ]
    }
    var (groups, members) = (JSONObject(), JSONObject())
    for group in results.groups {
      let row = JSON.object(self.row(group))
      tasks[group.name] = row
      groups[group.name] = row
      members[group.name] = .array(group.members.map { .string($0) })
      versions[group.name] = .string(group.version)
      // lm-eval does not say how a group of groups was asked.
      guard !results.holdsGroups(group) else { continue }
      shots[group.name] = JSON(options.exampleCount)
      higherIsBetter[group.name] = Self.higherIsBetter([.accuracy])
    }
    var sections: JSONObject = ["results": .object(tasks)]
    if groups.count > 0 { sections["groups"] = .object(groups) }
    sections["group_subtasks"] = .object(members)
    sections["configs"] = .object(configs)
    sections["versions"] = .object(versions)
    sections["n-shot"] = .object(shots)
    sections["higher_is_better"] = .object(higherIsBetter)
    sections["n-samples"] = .object(counts)
    return sections
  }

  private static func row(_ result: ChoiceTaskResult) -> JSONObject {
    let task = result.data.task
    var row: JSONObject = [
      "name": .string(task.harnessName), "alias": .string(task.alias),
      "sample_len": JSON(result.outcomes.count),
    ]
    for metric in task.metrics { add(result.score(metric), metric, to: &row) }
    return row
  }

  private func row(_ group: ChoiceGroup) -> JSONObject {
    let score = results.score(.accuracy, of: group)
    var row: JSONObject = [
      "alias": .string(group.alias), "name": .string(group.name),
      "sample_len": JSON(score.count),
    ]
    Self.add(score, .accuracy, to: &row)
    row["sample_count"] = ["acc,none": JSON(score.count)]
    return row
  }

  private static func add(_ score: ChoiceScore, _ metric: ChoiceMetric, to row: inout JSONObject) {
    row["\(metric.rawValue),none"] = .number(score.value)
    row["\(metric.rawValue)_stderr,none"] = score.standardError.map { .number($0) } ?? "N/A"
  }

  private static func higherIsBetter(_ metrics: [ChoiceMetric]) -> JSON {
    var object = JSONObject()
    for metric in metrics { object[metric.rawValue] = true }
    return .object(object)
  }

  // MARK: - How it was found

  private func settingSections(tool: String) -> JSONObject {
    let entries = Array(model.directory.tensors.values)
    let limit: JSON =
      switch options.limit {
      case .items(let count): .number(Double(count))
      case .share(let share): .number(share)
      case nil: .null
      }
    var sections: JSONObject = [
      "config": [
        "model": "spin", "model_args": .string("pretrained=\(modelName)"),
        "model_num_parameters": JSON(entries.reduce(0) { $0 + $1.count }),
        "model_dtype": .string(Set(entries.map(\.elementTypeName)).sorted().joined(separator: ",")),
        "batch_size": .null, "batch_sizes": [], "device": "cpu", "use_cache": .null,
        "limit": limit, "bootstrap_iters": .null, "gen_kwargs": .null, "random_seed": 0,
        "numpy_seed": .null, "torch_seed": .null,
        "fewshot_seed": .integer(Int64(clamping: options.exampleSeed)),
      ],
      "git_hash": .null, "date": .number(start), "pretty_env_info": .string(tool),
      "transformers_version": .null, "lm_eval_version": .null, "upper_git_hash": .null,
    ]
    for (key, id) in [
      ("tokenizer_eos_token", model.tokenizer.eosID),
      ("tokenizer_bos_token", model.tokenizer.bosID),
    ] {
      let token = id.flatMap { model.tokenizer.token(for: $0) }
      sections[key] = [JSON(token), .string(id.map { String($0) } ?? "None")]
    }
    sections["eot_token_id"] = model.tokenizer.eosID.map { .integer(Int64($0)) } ?? .null
    sections["max_length"] = JSON(model.decoder.configuration.maxPositionEmbeddings)
    return sections
  }
}
