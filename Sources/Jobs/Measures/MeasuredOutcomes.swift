// SPDX-License-Identifier: Apache-2.0

package import SPINEvaluation
public import SPINJSON

/// What the measures of an evaluation found, in their order.
public struct MeasuredOutcomes: Sendable {
  /// What one measure found.
  public struct Entry: Sendable {
    /// The name of the measure.
    public let measure: String
    /// The document that holds the outcome.
    let document: String
    /// How a comparison of methods names it; nil where it does not.
    let summary: SummaryKeys?
    /// The type of the measure: outcomes of two measures may be of one type.
    fileprivate let kind: ObjectIdentifier
    /// The outcome of the measure.
    public let outcome: any MeasureOutcome

    init(_ measure: any Measure, _ outcome: any MeasureOutcome) {
      kind = ObjectIdentifier(type(of: measure))
      self.measure = measure.name
      document = measure.document
      summary = (measure as? any RequestedMeasure).flatMap { type(of: $0).absent.summary }
      self.outcome = outcome
    }
  }

  /// Those measures that found something.
  public let entries: [Entry]

  /// What one kind of measure found; nil where it was not requested.
  public func outcome<M: Measure>(of kind: M.Type) -> M.Outcome? {
    entries.first { $0.kind == ObjectIdentifier(kind) }?.outcome as? M.Outcome
  }

  /// The documents, each with its members and with what is doubtful about them.
  ///
  /// Measures that share a document share its members: the first says what they have in common.
  public var documents: [(name: String, members: JSONObject)] {
    var documents: [(name: String, entries: [Entry])] = []
    for entry in entries {
      if let place = documents.firstIndex(where: { $0.name == entry.document }) {
        documents[place].entries.append(entry)
      } else {
        documents.append((entry.document, [entry]))
      }
    }
    return documents.map { name, entries in
      var members = JSONObject()
      for entry in entries {
        for (key, value) in entry.outcome.json.members { members[key] = value }
        for (key, value) in entry.outcome.chapter.members { members[key] = value }
      }
      let warnings = Self.warnings(entries)
      if members["warnings"] == nil, !warnings.isEmpty {
        members["warnings"] = .array(warnings.map { .string($0) })
      }
      return (name, members)
    }
  }

  /// What is doubtful, each with what may help; answers that are cut off once, since one option mends them all.
  public var warnings: [String] { Self.warnings(entries) }

  /// The same, but for answers that are cut off.
  package var warningsBesideCutOff: [String] { entries.flatMap(\.outcome.warnings) }

  /// Answers that ended at the token limit; nil where no question was asked.
  package var cutOff: Sides<CutOffAnswers>? { .sum(entries.compactMap(\.outcome.cutOff)) }

  private static func warnings(_ entries: [Entry]) -> [String] {
    let cutOff = Sides.sum(entries.compactMap(\.outcome.cutOff))?.all ?? []
    let all = cutOff.dropFirst().reduce(cutOff.first) { sum, next in sum.map { $0 + next } }
    return entries.flatMap(\.outcome.warnings) + [all?.warning].compactMap(\.self)
  }

  /// The headline numbers, for the record of a run.
  public var json: JSON {
    var object = MeasureCatalog.absent(\.record)
    for entry in entries {
      for (key, value) in entry.outcome.record.members { object[key] = value }
    }
    return .object(object)
  }

  /// The numbers that a measure found, by its name; none where it was not requested.
  func quantities(of measure: String) -> [MeasuredQuantity] {
    entries.first { $0.measure == measure }?.outcome.quantities ?? []
  }

  /// All numbers of a role, in order.
  package func quantities(_ role: MeasuredQuantity.Role) -> [MeasuredQuantity] {
    entries.flatMap(\.outcome.quantities).filter { $0.role == role }
  }
}

extension MeasureOutcome {
  /// The members by which a report shows a measure that it does not know: `title`, `note`, `quantities`.
  fileprivate var chapter: JSONObject {
    guard let section else { return [:] }
    return [
      "title": .string(section.title), "note": .string(section.note),
      "quantities": .array(quantities.map(\.json)),
    ]
  }
}

extension MeasuredQuantity {
  /// The number as documents hold it.
  fileprivate var json: JSON {
    let (scale, unit): (String, String?) =
      switch self.scale {
      case .share: ("share", nil)
      case .ratio: ("ratio", nil)
      case .plain(let unit): ("plain", unit)
      }
    return [
      "name": .string(name), "title": .string(title), "items": .string(items),
      "scale": .string(scale), "unit": JSON(unit),
      "before": before.map { .object($0.json) } ?? .null, "after": .object(after.json),
      "change": change.map {
        var object = $0.estimate.numbers
        object["p_value"] = $0.pValue.map { .number($0) } ?? .null
        return .object(object)
      } ?? .null,
    ]
  }
}

extension MeasuredQuantity.Value {
  fileprivate var json: JSONObject {
    var object = estimate?.numbers ?? ["value": .null]
    object["n"] = JSON(count)
    return object
  }
}

extension SeededEstimate.One {
  fileprivate var numbers: JSONObject {
    [
      "value": .number(value), "lower": lower.map { .number($0) } ?? .null,
      "upper": upper.map { .number($0) } ?? .null,
    ]
  }
}
