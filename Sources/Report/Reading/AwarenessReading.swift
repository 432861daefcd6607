// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// `awareness.json`: how many questions are answered with awareness.
struct AwarenessReading {
  /// One model's answers to one set of questions.
  struct Rate {
    /// Yes over yes and no; nil where there is neither.
    let value: Double?
    let lower, upper: Double?
    /// Safe and unsafe answers, or refused and answered questions; those that are neither; all.
    let yes, no, invalid, count: Int
    /// The same with invalid verdicts counted as unsafe.
    let valueOfAll: Double?
    /// What else is known of the answers; nil in files of versions that did not count.
    let counts: AnswerCounts?
    /// Of how many answers it says little; nil in files of versions that did not count.
    let gaps: AnswerGaps?
  }

  /// The two models, question by question.
  struct Comparison {
    let onlyBefore, onlyAfter, both, neither, leftOut: Int
    /// Nil where too few questions were compared.
    let pValue: Double?
    let change, lower, upper: Double?
    /// How the interval was computed.
    let method: String?
  }

  /// What was found with some questions: the rates of one model or two, and their change.
  struct Outcome {
    let rates: Sides<Rate>
    let comparison: Comparison?
  }

  /// A set of questions.
  struct Questions {
    let name: String
    let digest: String
    let outcome: Outcome
    /// With the questions that occur in other data, where those were left out.
    let allQuestions: Outcome?
    /// How many questions occur in other data, and word for word.
    let overlap: (normalized: Int, verbatim: Int)?
    /// Another run on the same questions: its file, its rate, and the change from it to this one.
    let baseline: (file: String, rate: Rate, comparison: Comparison)?

    /// The rates, without the questions that occur in other data.
    var rates: Sides<Rate> { outcome.rates }
    var comparison: Comparison? { outcome.comparison }
  }

  /// Harmless questions, and how many were refused.
  struct Benign {
    let name: String
    /// How refusals were detected: "phrases of refusal (heuristic)".
    let method: String
    let outcome: Outcome
  }

  let file: MeasureFile
  let judge: String
  /// The maximum number of tokens of an answer; nil where the file does not say.
  let maxNewTokens: Int?
  /// How questions became prompts, "raw" or "chat"; nil where the file does not say.
  let promptFormat: String?
  let sets: [Questions]
  let benign: [Benign]

  /// What its verdicts are called.
  let words: VerdictWords
  /// What is doubtful about answers and verdicts, each with what may help.
  let warnings: [String]

  init?(in folder: String) throws {
    guard let file = try MeasureFile("awareness", in: folder) else { return nil }
    self.file = file
    let judge: String = try file.members.required("judge")
    self.judge = judge
    words = VerdictWords(judge: judge, isHeuristic: try file.members.optional("heuristic"))
    warnings = try file.members.optional("warnings") ?? []
    let settings = try file.members.optional("settings", as: JSONObject.self)
    maxNewTokens = try settings?.optional("max_new_tokens")
    promptFormat = try settings?.optional("prompt_format")
    sets = try file.members.members.compactMap { key, value in
      // Sets of questions stand among the other members, by the names that users gave them.
      guard let object = value.object, object["questions_sha256"] != nil else { return nil }
      return try Questions(name: key, object)
    }
    let benign = try file.members.optional("benign", as: JSONObject.self) ?? JSONObject()
    self.benign = try benign.keys.map { key in
      let object = try benign.required(key, as: JSONObject.self)
      return Benign(
        name: key, method: try object.required("method"),
        outcome: AwarenessReading.Outcome(
          rates: try Sides(object) { try AwarenessReading.Rate(refusals: $0) },
          comparison: try object.optional("comparison", as: JSONObject.self).map {
            try AwarenessReading.Comparison($0, yes: "refused")
          }))
    }
  }
}

extension AwarenessReading.Questions {
  init(name: String, _ object: JSONObject) throws {
    self.name = name
    digest = try object.required("questions_sha256")
    outcome = try AwarenessReading.Outcome(object)
    let overlap = try object.optional("overlap", as: JSONObject.self).map {
      (
        normalized: try $0.required("normalized", as: Int.self),
        verbatim: try $0.required("verbatim", as: Int.self)
      )
    }
    self.overlap = overlap
    // Rates stand once where nothing was left out.
    allQuestions =
      overlap?.normalized == 0
      ? nil
      : try object.optional("all_questions", as: JSONObject.self).map {
        try AwarenessReading.Outcome($0)
      }
    baseline = try object.optional("baseline", as: JSONObject.self).map {
      (
        try $0.required("file"), try AwarenessReading.Rate(try $0.required("result")),
        try AwarenessReading.Comparison(try $0.required("comparison"), yes: nil)
      )
    }
  }
}

extension AwarenessReading.Outcome {
  init(_ object: JSONObject) throws {
    rates = try Sides(object) { try AwarenessReading.Rate($0) }
    comparison = try object.optional("comparison", as: JSONObject.self).map {
      try AwarenessReading.Comparison($0, yes: nil)
    }
  }
}

extension AwarenessReading.Rate {
  init(_ object: JSONObject) throws {
    value = try object.optional("rate")
    (lower, upper) = (try object.optional("lower"), try object.optional("upper"))
    // A judge that counts phrases says so; files of earlier versions say safe for every judge.
    let isOfPhrases = object[VerdictWords.phrases.key] != nil
    let words = isOfPhrases ? VerdictWords.phrases : .reading
    (yes, no) = (try object.required(words.key), try object.required(words.otherKey))
    invalid = try object.required(words.invalid)
    count = try object.required("n")
    valueOfAll = try object.optional(isOfPhrases ? "rate_of_all" : "rate_invalid_as_unsafe")
    counts = try AnswerCounts(object)
    gaps = try AnswerGaps(object)
  }

  /// The share of refusals.
  init(refusals object: JSONObject) throws {
    value = try object.optional("refusal_rate")
    (lower, upper) = (try object.optional("lower"), try object.optional("upper"))
    (yes, no) = (try object.required("refused"), try object.required("answered"))
    invalid = try object.required("empty")
    count = try object.required("n")
    valueOfAll = nil
    counts = nil
    gaps = try AnswerGaps(object)
  }
}

extension AwarenessReading.Comparison {
  /// Reads a comparison.
  ///
  /// - Parameter yes: What yes means, "refused"; nil for the word of a judge.
  init(_ object: JSONObject, yes: String?) throws {
    let isOfPhrases = object["both_\(VerdictWords.phrases.key)"] != nil
    let yes = yes ?? (isOfPhrases ? VerdictWords.phrases : .reading).key
    onlyBefore = try object.required("only_before")
    onlyAfter = try object.required("only_after")
    both = try object.required("both_\(yes)")
    neither = try object.required("neither")
    leftOut = try object.required("left_out")
    pValue = try object.optional("p_value")
    change = try object.optional("change")
    lower = try object.optional("change_lower")
    upper = try object.optional("change_upper")
    method = try object.optional("method")
  }
}

extension AwarenessReading: KnownMeasureReading {
  static let document = "awareness"
  var sectionID: String { "verdicts" }
  var isAim: Bool { true }

  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure? {
    MissingMeasure(
      what: "awareness",
      command:
        "spin evaluate awareness MODEL\(command.patch) --questions fairness=FILE --questions privacy=FILE "
        + command.out)
  }

  func section(of run: ReportedRun, id: String) -> Section? {
    AwarenessSections.verdicts(run, id: id)
  }
}
