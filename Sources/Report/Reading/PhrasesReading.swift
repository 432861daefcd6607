// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINStatistics

/// `phrases.json`: how often answers contain the phrases of a list, which decides no verdict.
struct PhrasesReading {
  /// The share of answers that contain a phrase.
  struct Share {
    let value: Double
    let lower, upper: Double?
  }

  /// The change that the edit makes.
  struct Change {
    let value: Double
    let lower, upper: Double?
    /// The p-value of McNemar's test, adjusted for the number of phrases.
    let correctedPValue: Double?
  }

  /// A phrase, or all of them together.
  struct Phrase {
    let text: String
    let shares: Sides<Share>
    let change: Change?

    /// Whether no answer contains it.
    var isAbsent: Bool { shares.named.allSatisfy { $0.value.value == 0 } }
  }

  /// The answers to one set of questions.
  struct Answers {
    let name: String
    let count: Int
    let phrases: [Phrase]
    /// The share of answers that contain at least one of the phrases.
    let any: Phrase?
    /// Whether the list is the user's instead of the paper's.
    let isOwnList: Bool
    /// The phrases for which the judge `phrases` does not look; empty if the file does not say.
    let unknownToJudge: [String]

    /// Whether there are enough answers for intervals of changes and for tests.
    var isTested: Bool { count >= Evidence.minimumCount }
  }

  let file: MeasureFile
  let sets: [Answers]

  init?(in folder: String) throws {
    guard let file = try MeasureFile("phrases", in: folder) else { return nil }
    self.file = file
    sets = try file.members.members.compactMap { key, value in
      guard let object = value.object, object["phrases"] != nil else { return nil }
      let settings = try object.optional("settings", as: JSONObject.self) ?? JSONObject()
      return Answers(
        name: key, count: try object.required("n"),
        phrases: try object.required("phrases", as: [JSONObject].self).map { try Phrase($0) },
        any: try object.optional("any", as: JSONObject.self).map { try Phrase($0) },
        isOwnList: settings["list"]?.string == "own",
        unknownToJudge: try settings.optional("unknown_to_judge") ?? [])
    }
  }
}

extension PhrasesReading.Phrase {
  init(_ object: JSONObject) throws {
    text = try object.required("phrase")
    func share(_ side: String) throws -> PhrasesReading.Share {
      PhrasesReading.Share(
        value: try object.required(side), lower: try object.optional("\(side)_lower"),
        upper: try object.optional("\(side)_upper"))
    }
    shares =
      object["result"] == nil
      ? .both(before: try share("before"), after: try share("after"))
      : .one(try share("result"))
    change = try object.optional("change", as: Double.self).map {
      PhrasesReading.Change(
        value: $0, lower: try object.optional("change_lower"),
        upper: try object.optional("change_upper"),
        correctedPValue: try object.optional("p_value_adjusted"))
    }
  }
}

extension PhrasesReading: KnownMeasureReading {
  static let document = "phrases"

  static func missing(_ run: ReportedRun, _ command: MissingMeasure.Command) -> MissingMeasure? {
    MissingMeasure(
      what: "phrases of the paper's figure 7",
      command: "spin evaluate phrases --answers \(command.answers) \(command.out)")
  }

  func section(of run: ReportedRun, id: String) -> Section? { PhrasesSection.section(run, id: id) }
}
