// SPDX-License-Identifier: Apache-2.0

import SPINExecution
import SPINLanguageModel
import SPINStorage

extension RequestRecord {
  /// The request for a sweep; more selections, rounds and larger limits continue what is there.
  init(_ sweep: Sweep) throws {
    var entries = try Self.model(
      sweep.model, sweep.modelFiles, sweep.validation.request.execution.arithmetic)
    func add(_ option: String, _ value: JSON, grows: Bool = false) {
      entries.append(.init(option: option, value: value, part: .evaluation, grows: grows))
    }
    let grid = sweep.grid
    for name in grid.base.pair + [grid.base.general] {
      let scores = try sweep.scores.read([name])[0].provenance
      add("the scores of \"\(name)\"", .string(scores.contentDigest))
    }
    add("--pair", .array(grid.base.pair.map { .string($0) }))
    add("--general", .string(grid.base.general))
    add("--q or --count", .array(grid.pairAmounts.map(Self.amount)), grows: true)
    add("--p", .array(grid.generalAmounts.map(Self.amount)), grows: true)
    add("--rule", .array(grid.rules.map { .string($0.rawValue) }), grows: true)
    add(
      "--target-module", .array(grid.targetModules.map { .string($0?.rawValue ?? "as scored") }),
      grows: true)
    add("--scale", .array(grid.scales.map { .number($0) }), grows: true)
    add("--layers", Self.layers(grid.base))
    if grid.rules.contains(.random) { add("--seed", .string("\(grid.base.seed)")) }
    add("--rounds", JSON(sweep.roundCount), grows: true)
    add(
      "--max-perplexity-ratio", sweep.maxPerplexityRatio.map { .number($0) } ?? .null, grows: true)
    add("--validation-share and --split-seed", sweep.validation.part.json)
    self.entries = entries + Self.evaluation(sweep.test)
  }

  /// The record of a run.
  init(_ run: PipelineRun, evaluation: ModelEvaluation?) throws {
    entries =
      try [.init(option: Entry.command, value: "run", part: .scores)] + Self.scoring(run.job)
      + Self.selection(run.selection)
      + [
        .init(
          option: "--rounds", value: JSON(run.roundCount), part: .selection,
          // The last round's edit is what is measured.
          grows: evaluation == nil)
      ]
      + (evaluation.map(Self.evaluation) ?? [])
  }

  /// The record of a comparison.
  ///
  /// Methods, seeds and numbers of rows have folders of their own, so that more of
  /// them continue what is there.
  init(_ comparison: MethodComparison) throws {
    let request = comparison.request
    let model = try Self.model(
      comparison.model, comparison.modelFiles, request.execution.arithmetic)
    var entries = [Entry(option: Entry.command, value: "compare", part: .scores)] + model
    entries += [
      Entry(
        option: "--methods", value: .array(request.methods.map { .string($0.rawValue) }),
        part: .evaluation, grows: true),
      Entry(
        option: "--seeds", value: .array(request.seeds.map { .string("\($0)") }),
        part: .evaluation, grows: true),
      Entry(
        option: "--nsamples", value: .array(request.sampleCounts.map { JSON($0) }),
        part: .evaluation, grows: true),
      Entry(option: "--rounds", value: JSON(request.roundCount), part: .selection),
      Entry(option: "--soft-scale", value: .number(request.softScale), part: .selection),
    ]
    if let job = comparison.scorings.values.first {
      let others = Set(model.map(\.option)).union(["--nsamples", "--seed"])
      entries += try Self.scoring(job).filter { !others.contains($0.option) }
    }
    // The rule, the scale and the seed are the method's and the arm's.
    let own: Set<String> = ["--rule", "--scale", "--seed (of --rule random)"]
    entries += Self.selection(request.selection).filter { !own.contains($0.option) }
    self.entries =
      entries
      + Self.evaluation(comparison.evaluation).map { entry in
        var entry = entry
        // Another method's training data are left out of the questions, too.
        if entry.option == "--exclude-overlap" { entry.grows = true }
        return entry
      }
  }

  /// A model by its weights, and by what decides how it computes with them.
  private static func model(
    _ model: LanguageModel, _ files: [String: String], _ arithmetic: Arithmetic
  ) throws -> [Entry] {
    try Self.model(model, hash: ModelDirectory.modelHash(of: files), arithmetic)
  }

  /// The same of a model whose files have a hash, as `ModelDirectory.modelHash` gives it.
  static func model(
    _ model: LanguageModel, hash: String, _ arithmetic: Arithmetic
  ) throws -> [Entry] {
    [
      Entry(option: "MODEL", value: .string(hash), part: .scores),
      Entry(
        option: "configuration and tokenizer of MODEL", value: .string(try model.settingsDigest()),
        part: .scores),
      Entry(
        option: "the arithmetic of the processor", value: .string(arithmetic.name),
        part: .scores),
    ]
  }

  private static func scoring(_ job: ScoringJob) throws -> [Entry] {
    let request = job.request
    let options: [(String, JSON)] = [
      ("--nsamples", JSON(request.calibration.sampleCount)),
      ("--seed", .string("\(request.calibration.seed)")),
      ("--first-response-token", .string(request.calibration.firstResponseToken.rawValue)),
      ("--overflow", .string(request.calibration.overflow.rawValue)),
      ("--target-module", .string(request.target.rawValue)),
      ("--keep", .string(request.keep.description)),
      ("--prompt-column", .string(request.columns.prompt)),
      ("--scoring-format", text(job.promptFormat)),
    ]
    return try model(job.model, job.modelFiles, job.request.execution.arithmetic)
      + options.map { Entry(option: $0, value: $1, part: .scores) }
      + job.dataSets.map { dataSet in
        .file("--data \(dataSet.name)", dataSet.path, dataSet.dataDigest, .scores)
      }
  }

  private static func selection(_ selection: Selection) -> [Entry] {
    var options: [(String, JSON)] = [
      ("--rule", .string(selection.rule.rawValue)),
      ("--pair", .array(selection.pair.map { .string($0) })),
      ("--general", .string(selection.general)),
      ("--layers", layers(selection)),
      ("--scale", .number(selection.scale)),
    ]
    if case .count(let count) = selection.pairAmount,
      selection.generalAmount == selection.pairAmount
    {
      options.append(("--count", JSON(count)))
    } else {
      options += [
        ("--q", amount(selection.pairAmount)), ("--p", amount(selection.generalAmount)),
      ]
    }
    if selection.rule == .random {
      options.append(("--seed (of --rule random)", .string("\(selection.seed)")))
    }
    return options.map { Entry(option: $0, value: $1, part: .selection) }
  }

  private static func layers(_ selection: Selection) -> JSON {
    selection.layers.map { .string("\($0.lowerBound)..\($0.upperBound)") } ?? .null
  }

  private static func amount(_ amount: Selection.Amount) -> JSON {
    switch amount {
    case .share(let share): .number(share)
    case .count(let count): .string("the top \(count)")
    }
  }

  private static func evaluation(_ evaluation: ModelEvaluation) -> [Entry] {
    let request = evaluation.request
    var entries: [Entry] = []
    func add(_ option: String, _ value: JSON, grows: Bool = false) {
      entries.append(Entry(option: option, value: value, part: .evaluation, grows: grows))
    }
    if evaluation.measures.contains(where: { !$0.questionCounts.isEmpty }) {
      add("--question-column", .string(request.questionColumn))
      add("--question-limit", request.questionLimit.map { JSON($0) } ?? .null, grows: true)
      add("--prompt-format", text(evaluation.settings.promptFormat))
      add("--judge", .string(evaluation.judge.label))
      add("settings of --judge", .string(evaluation.judge.identity.digest))
      add("--exclude-overlap", .array(evaluation.seenDigests.map { .string($0) }))
      add("--max-new-tokens", JSON(request.generation.maxNewTokens))
    }
    for measure in evaluation.measures {
      if let measure = measure as? any RequestedMeasure {
        entries += measure.requestEntries
      } else {
        add(measure.name, .string(JSON.object(measure.identity).digest))
      }
    }
    return entries
  }

  /// "raw", or "chat" with its settings.
  static func text(_ format: PromptFormat) -> JSON {
    guard case .chat(let chat) = format else { return "raw" }
    let variables = chat.variables.sorted { $0.key < $1.key }.map {
      "\($0.key)=\($0.value.serialized(indented: false))"
    }
    let parts = (chat.system.map { ["--system \($0)"] } ?? []) + variables
    return .string((["chat (\(chat.template.digest.prefix(12)))"] + parts).joined(separator: " "))
  }
}
