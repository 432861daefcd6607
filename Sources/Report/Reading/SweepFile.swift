// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINJSON
import SPINSelection
import SPINStorage

/// `sweep.json`: many selections, and the effects of their edits on the validation part of the
/// data.
struct SweepFile {
  /// The awareness of an edit, and its change from the untouched model.
  struct Awareness {
    let name: String
    let after: Double?
    let count: Int
    let change: Report.Estimate?
  }

  /// A selection with its measures.
  struct Candidate {
    let rule: String
    /// p and q as given.
    let generalAmount, pairAmount: String
    let scale: Double
    let round, weights: Int
    let awareness: [Awareness]
    /// Perplexity after divided by before, minus 1.
    let perplexity: Report.Estimate?
    /// Why the change of perplexity has no interval; nil if it has one.
    let missingInterval: String?
    let isWithinGuard, isOnFront: Bool

    /// Whether it is a control, which is never chosen.
    var isControl: Bool { SelectionRule(rawValue: rule)?.isControl ?? false }
    /// What distinguishes it from other candidates.
    var label: String {
      let amounts =
        generalAmount == pairAmount ? pairAmount : "p \(generalAmount), q \(pairAmount)"
      return "rule \(rule), \(amounts)" + (scale == 0 ? "" : ", factor \(NumberText.brief(scale))")
        + (round > 1 ? ", round \(round)" : "")
    }
  }

  let path: String
  let members: JSONObject
  let modelHash: String
  let candidates: [Candidate]
  /// The index of the chosen candidate; nil if there is none.
  let chosen: Int?
  let maxPerplexityRatio: Double?
  let rankedBy: String
  /// The judge; nil in files of earlier versions.
  let judge: String?
  /// The judge's vocabulary.
  let words: VerdictWords
  /// The command that repeats the sweep, quoted for a shell; nil in files of earlier versions.
  let command: String?

  /// Reads a file; nil if there is none.
  init?(path: String) throws {
    guard let members = try JSONFile.members(of: path, schema: "sweep/1") else { return nil }
    self.path = path
    self.members = members
    modelHash = try members.required("model_sha256")
    candidates = try members.required("candidates", as: [JSONObject].self).map {
      try Candidate($0)
    }
    chosen = try members.optional("chosen")
    maxPerplexityRatio = try members.optional("max_perplexity_ratio")
    rankedBy = try members.required("ranked_by")
    let judge: String? = try members.optional("judge")
    self.judge = judge
    words = VerdictWords(
      judge: judge ?? Self.judge(of: members) ?? "",
      isHeuristic: try members.optional("heuristic"))
    command = try RepeatableCommand(recordedIn: members, at: path)?.text
    if let chosen, !candidates.indices.contains(chosen) {
      throw members.failure("chosen", "is \(chosen), there are \(candidates.count) candidates")
    }
  }
}

extension SweepFile {
  /// The judge according to the settings, for files without a label: "phrases (heuristic)", or nil.
  private static func judge(of members: JSONObject) -> String? {
    let settings = members["validation"]?.object?["judge"]?.object
    return settings?["judge"]?.string == "phrases" ? "phrases (heuristic)" : nil
  }
}

extension SweepFile.Candidate {
  init(_ object: JSONObject) throws {
    rule = try object.required("rule")
    generalAmount = try Self.amount(object, "p")
    pairAmount = try Self.amount(object, "q")
    scale = try object.required("scale")
    round = try object.required("round")
    weights = try object.required("weights")
    isWithinGuard = try object.required("within_guard")
    isOnFront = try object.required("on_front")
    let measures = try object.required("measures", as: JSONObject.self)
    let sets = try measures.required("awareness", as: JSONObject.self)
    awareness = try sets.keys.map { key in
      let set = try sets.required(key, as: JSONObject.self)
      let comparison = try set.required("comparison", as: JSONObject.self)
      return SweepFile.Awareness(
        name: key, after: try set.optional("after"), count: try set.required("n"),
        change: try comparison.optional("change", as: Double.self).map {
          Report.Estimate(
            $0, lower: try comparison.optional("change_lower"),
            upper: try comparison.optional("change_upper"))
        })
    }
    let comparison = try measures.optional("perplexity", as: JSONObject.self)?
      .required("comparison", as: JSONObject.self)
    let status = try comparison?.optional("interval_status", as: String.self)
    missingInterval =
      status.map { $0 == "known" ? nil : $0 } ?? EvidenceText.tooFew("windows")
    perplexity = try comparison.map {
      let (lower, upper): (Double?, Double?) =
        (try $0.optional("ratio_lower"), try $0.optional("ratio_upper"))
      return Report.Estimate(
        try $0.required("ratio", as: Double.self) - 1, lower: lower.map { $0 - 1 },
        upper: upper.map { $0 - 1 })
    }
  }

  /// A share, or "20 weights".
  private static func amount(_ object: JSONObject, _ key: String) throws -> String {
    if let counted = object[key]?.object {
      return "\(NumberText.count(try counted.required("count"))) weights"
    }
    return "\(try object.required(key, as: Double.self))"
  }
}
