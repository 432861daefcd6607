// SPDX-License-Identifier: Apache-2.0

import SPINJSON

/// `awareness.json`: how many questions are answered with awareness, and how many benign ones are
/// refused.
struct AwarenessReading {
  /// One model's answers to one set of questions.
  struct Rate {
    /// Yes divided by yes and no; nil if both are 0.
    let value: Double?
    let lower, upper: Double?
    /// Safe and unsafe answers, or refused and answered questions; those that are neither; and all.
    let yes, no, invalid, count: Int
    /// The rate with invalid verdicts counted as no.
    let valueOfAll: Double?
    /// Further counts of the answers; nil in files of versions that did not count them.
    let counts: AnswerCounts?
    /// The numbers of empty and cut-off answers; nil in files of versions that did not count them.
    let gaps: AnswerGaps?
  }

  /// The paired comparison of two models, question by question.
  struct Comparison {
    let onlyBefore, onlyAfter, both, neither, leftOut: Int
    /// Nil if too few questions were compared.
    let pValue: Double?
    let change, lower, upper: Double?
    /// The method of the interval.
    let method: String?
  }

  /// The results for some questions: the rates of one model or two, and their change.
  struct Outcome {
    let rates: Sides<Rate>
    let comparison: Comparison?
  }

  /// A set of questions.
  struct Questions {
    let name: String
    let digest: String
    let outcome: Outcome
    /// The results that include questions occurring in other data, if those were left out.
    let allQuestions: Outcome?
    /// The number of questions that occur in other data, and of those that do so word for word.
    let overlap: (normalized: Int, verbatim: Int)?
    /// Another run on the same questions: its file, its rate, and the change from it to this run.
    let baseline: (file: String, rate: Rate, comparison: Comparison)?

    /// The rates, without the questions that occur in other data.
    var rates: Sides<Rate> { outcome.rates }
    var comparison: Comparison? { outcome.comparison }
  }

  /// Benign questions, and how many were refused.
  struct Benign {
    let name: String
    /// How refusals were detected: "phrases of refusal (heuristic)".
    let method: String
    let outcome: Outcome
  }

  let file: MeasureFile
  let judge: String
  /// The maximum number of tokens of an answer; nil if the file does not say.
  let maxNewTokens: Int?
  /// How questions became prompts, "raw" or "chat"; nil if the file does not say.
  let promptFormat: String?
  let sets: [Questions]
  let benign: [Benign]

  /// The judge's vocabulary.
  let words: VerdictWords
  /// Doubts about answers and verdicts, each with a possible remedy.
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
      // Question sets are among the other members, under the names that users gave them.
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
    // If nothing was left out, the rates are the same and are not repeated.
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
    // Files name the counts of a judge that counts phrases; earlier versions call all counts safe.
    let isOfPhrases = object[VerdictWords.phrases.key] != nil
    let words = isOfPhrases ? VerdictWords.phrases : .reading
    (yes, no) = (try object.required(words.key), try object.required(words.otherKey))
    invalid = try object.required(words.invalid)
    count = try object.required("n")
    valueOfAll = try object.optional(isOfPhrases ? "rate_of_all" : "rate_invalid_as_unsafe")
    counts = try AnswerCounts(object)
    gaps = try AnswerGaps(object)
  }

  /// Reads the rate of refusals.
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
  /// - Parameter yes: The key of a positive answer, such as "refused"; nil for the judge's own.
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
