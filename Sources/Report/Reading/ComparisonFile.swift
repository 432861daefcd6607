// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON
import SPINStorage

/// `compare.json`: methods with several seeds, and their changes.
struct ComparisonFile {
  /// A change over the seeds: the mean with its interval, and the change of each seed.
  struct Change {
    let mean: Report.Estimate
    let seeds: [Double]
    /// The p-value over all seeds, and the one adjusted for its family; nil without a test.
    let pValue, adjustedPValue: Double?
  }

  /// A rate, a perplexity or an accuracy, as the mean over seeds.
  struct Value {
    let mean: Report.Estimate
    /// The lowest and the highest value of a single seed.
    let lowest, highest: Double
    /// The number of questions or windows.
    let count: Int
    /// The numbers of empty and cut-off answers; nil for values that are not of answers, and in
    /// files of earlier versions.
    let gaps: SeededGaps?
  }

  /// The measures of one model.
  struct Values {
    let awareness, refusals, accuracy: [(name: String, value: Value)]
    let perplexity: Value?
  }

  /// A method with one number of rows.
  struct Method {
    let name: String
    let samples: Int?
    let seeds: [Int64]
    let awareness, refusals, accuracy: [(name: String, change: Change)]
    let perplexity: Change?
    /// The absolute values; nil in files of earlier versions.
    let values: Values?
    /// By how much the rates of `spin` are higher.
    let spinAdvantage: [(name: String, change: Change)]
  }

  /// One edit that was compared.
  struct Arm {
    let method: String
    let samples: Int?
    let folder: String
    let weights, parameters: Int?
    let measures: JSONObject
  }

  /// A question set and the untouched model's rate.
  struct Questions {
    let name: String
    let before: Double?
    let count: Int
  }

  let path: String
  let members: JSONObject
  let model, judge: String
  let methods: [Method]
  let arms: [Arm]
  let questions: [Questions]
  /// The measures of the untouched model; nil in files of earlier versions.
  let untouched: Values?
  /// The questions left out because they occur in the data, by question set.
  let leftOut: [(name: String, count: Int)]

  /// The judge's vocabulary.
  let words: VerdictWords
  /// The command that repeats the comparison, quoted for a shell; nil in files of earlier versions.
  let command: String?

  /// Reads a file; nil if there is none.
  init?(path: String) throws {
    guard let members = try JSONFile.members(of: path, schema: "compare/1") else { return nil }
    self.path = path
    self.members = members
    model = try members.required("model")
    let judge: String = try members.required("judge")
    self.judge = judge
    words = VerdictWords(judge: judge, isHeuristic: try members.optional("heuristic"))
    command = try RepeatableCommand(recordedIn: members, at: path)?.text
    methods = try members.required("methods", as: [JSONObject].self).map { try Method($0) }
    arms = try members.required("arms", as: [JSONObject].self).map { object in
      Arm(
        method: try object.required("method"), samples: try object.optional("samples"),
        folder: try object.required("folder"), weights: try object.optional("weights"),
        parameters: try object.optional("trained_parameters"),
        measures: try object.required("measures"))
    }
    guard !methods.isEmpty else {
      throw members.failure("methods", "is empty, expected at least one")
    }
    guard let first = arms.first else {
      throw members.failure("arms", "is empty, expected at least one")
    }
    let sets = try first.measures.required("awareness", as: JSONObject.self)
    questions = try sets.keys.map { name in
      let set = try sets.required(name, as: JSONObject.self)
      return Questions(
        name: name, before: try set.optional("before"), count: try set.required("n"))
    }
    untouched = try members.optional("untouched", as: JSONObject.self).map(Values.init)
    let lists = try members.required("evaluation", as: JSONObject.self)
      .required("questions", as: [JSONObject].self)
    leftOut = try lists.compactMap { list in
      try list.optional("overlap", as: JSONObject.self).map {
        (try list.required("name"), try $0.required("left_out"))
      }
    }
  }

  /// The name of a method, with the number of rows if there are several.
  func label(_ method: Method) -> String {
    let counts = Set(methods.filter { $0.name == method.name }.map(\.samples))
    guard counts.count > 1, let samples = method.samples else { return method.name }
    return "\(method.name), n = \(NumberText.count(samples))"
  }
}

extension ComparisonFile.Method {
  init(_ object: JSONObject) throws {
    func changes(_ key: String) throws -> [(name: String, change: ComparisonFile.Change)] {
      let members = try object.required(key, as: JSONObject.self)
      return try members.keys.map {
        ($0, try ComparisonFile.Change(members.required($0, as: JSONObject.self)))
      }
    }
    name = try object.required("method")
    samples = try object.optional("samples")
    seeds = try object.required("seeds", as: [JSON].self).map { seed in
      // Seeds have 64 bits; `Int` members are for counts.
      guard case .integer(let number) = seed else {
        throw object.failure("seeds", "holds \(seed.brief), expected integers")
      }
      return number
    }
    awareness = try changes("awareness")
    refusals = try changes("refusals")
    accuracy = try changes("accuracy")
    spinAdvantage = try changes("spin_advantage")
    values = try object.optional("values", as: JSONObject.self).map(ComparisonFile.Values.init)
    perplexity = try object.optional("perplexity_ratio", as: JSONObject.self)
      .map(ComparisonFile.Change.init)
  }
}

extension ComparisonFile.Change {
  fileprivate init(_ object: JSONObject) throws {
    mean = Report.Estimate(
      try object.required("mean"), lower: try object.optional("lower"),
      upper: try object.optional("upper"))
    seeds = try object.required("seeds", as: [Double].self)
    pValue = try object.optional("p_value")
    adjustedPValue = try object.optional("p_value_holm")
  }

  /// The effect of the change.
  ///
  /// - Parameter neutral: The value of no change: 0, or 1 for a ratio.
  func effect(isBetterWhenHigher: Bool, from neutral: Double = 0) -> Report.Effect {
    Report.Effect(
      change: mean.value - neutral, adjustedPValue: adjustedPValue,
      isBetterWhenHigher: isBetterWhenHigher)
  }
}

extension ComparisonFile.Values {
  fileprivate init(_ object: JSONObject) throws {
    func values(_ key: String) throws -> [(name: String, value: ComparisonFile.Value)] {
      let members = try object.required(key, as: JSONObject.self)
      return try members.keys.map { ($0, try ComparisonFile.Value(members.required($0))) }
    }
    awareness = try values("awareness")
    refusals = try values("refusals")
    accuracy = try values("accuracy")
    perplexity = try object.optional("perplexity", as: JSONObject.self).map(
      ComparisonFile.Value.init)
  }
}

extension ComparisonFile.Value {
  fileprivate init(_ object: JSONObject) throws {
    mean = Report.Estimate(
      try object.required("mean"), lower: try object.optional("lower"),
      upper: try object.optional("upper"))
    lowest = try object.required("lowest_seed")
    highest = try object.required("highest_seed")
    count = try object.required("n")
    gaps = try SeededGaps(object)
  }
}
