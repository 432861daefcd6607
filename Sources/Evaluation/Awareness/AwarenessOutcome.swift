// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
import SPINStorage

/// All results for one list of questions: the rates, their change, and the same compared with
/// another run.
///
/// Where questions occur in other data, they are left out of everything but `allQuestions`.
public struct AwarenessOutcome: Sendable {
  /// The result of another run on the same questions, such as another model's.
  public struct Baseline: Sendable {
    /// The name of its file.
    public let file: String
    /// The path of the file, for messages.
    let path: String
    /// The judged answers.
    public let awareness: AwarenessResult
    /// How its judge is labelled; nil where that is not known.
    public let judge: String?

    /// Reads `awareness-NAME-SIDE.jsonl`, and the judge's label from the `awareness.json` in the same folder.
    ///
    /// - Throws: `SPINError` where one of them cannot be read.
    public init(path: String) throws {
      file = FileSystem.name(of: path)
      self.path = path
      awareness = try AwarenessResult(path: path)
      let summary = FileSystem.parent(of: path) + "/awareness.json"
      guard FileSystem.status(summary)?.kind == .file else {
        judge = nil
        return
      }
      let object = try JSON(parsing: FileSystem.read(summary), path: summary).object
      let label = object?["judge"]?.string
      // One label, but other phrases or another rule.
      let isOtherVersion =
        label == PhraseJudge.label && object?["judge_settings"] != PhraseJudge().identity
      judge = isOtherVersion ? PhraseJudge.label + " of another version" : label
    }
  }

  /// Whether the judge looks at words only.
  public let isHeuristic: Bool
  /// The judged answers, without the questions that occur in other data.
  public let sides: Sides<AwarenessResult>
  /// The change with the edit; nil without one.
  public let comparison: AwarenessChange?
  /// The judged answers to all questions, and the change; nil where no question was left out.
  public let allQuestions: (sides: Sides<AwarenessResult>, comparison: AwarenessChange?)?
  /// Which questions occur in other data; nil where not requested.
  public let overlap: QuestionOverlap?
  /// Another run, and the change from it to this one, with the edit if there is one.
  public let baseline: (run: Baseline, comparison: AwarenessChange)?

  /// Compares the results of the sides.
  ///
  /// - Throws: `SPINError` where the baseline answers other questions or comes from another judge.
  public init(
    _ sides: Sides<AwarenessResult>, judge: String, overlap: QuestionOverlap? = nil,
    baseline: Baseline? = nil
  ) throws {
    let left = overlap?.normalized ?? []
    let kept = sides.map { $0.filter { !left.contains($0) } }
    self.overlap = overlap
    isHeuristic = judge.hasPrefix(PhraseJudge.label)
    self.sides = kept
    comparison = try Self.comparison(kept)
    allQuestions = left.isEmpty ? nil : (sides, try Self.comparison(sides))
    self.baseline = try baseline.map { run in
      if let other = run.judge, other != judge {
        throw SPINError(
          .malformedInput, at: run.path, "was judged by \(other), this run by \(judge)",
          remedy: "compare runs that one judge judged")
      }
      let before = run.awareness.filter { !left.contains($0) }
      return (run, try AwarenessChange(before: before, after: kept.last, source: run.path))
    }
  }

  /// Whether a question is not left out.
  public func isIncluded(_ index: Int) -> Bool { overlap?.normalized.contains(index) != true }

  private static func comparison(_ sides: Sides<AwarenessResult>) throws -> AwarenessChange? {
    guard case .pair(let before, let after) = sides else { return nil }
    return try AwarenessChange(before: before, after: after)
  }

  /// The numbers, without the items.
  public var json: JSONObject {
    var object = json(sides, comparison)
    if let overlap { object["overlap"] = overlap.json }
    if let allQuestions {
      object["all_questions"] = .object(json(allQuestions.sides, allQuestions.comparison))
    }
    if let (run, comparison) = baseline {
      object["baseline"] = [
        "file": .string(run.file), "judge": JSON(run.judge),
        "result": run.awareness.filter(isIncluded).json(names),
        "comparison": comparison.json(names),
      ]
    }
    return object
  }

  /// What the judge's verdicts are called.
  public var names: VerdictNames { VerdictNames(isHeuristic: isHeuristic) }

  private func json(
    _ sides: Sides<AwarenessResult>, _ comparison: AwarenessChange?
  ) -> JSONObject {
    var object = sides.json { $0.json(names) }
    if let comparison { object["comparison"] = comparison.json(names) }
    return object
  }
}
