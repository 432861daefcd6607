// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
public import SPINJSON
import SPINSelection
import SPINStorage

extension Report {
  /// The schema of `json(toolVersion:)`.
  public static let schema = "report/1"

  /// `json(toolVersion:)` as it is written to a file, with a seal that reveals later changes.
  ///
  /// - Parameter toolVersion: The version of the reporting program.
  public func jsonText(toolVersion: String) -> String {
    var sealed: JSONObject = ["schema": .string(Self.schema), "seal": .string(ContentSeal.blank)]
    for (key, value) in json(toolVersion: toolVersion).object?.members ?? [] { sealed[key] = value }
    return ContentSeal.sealed(JSON.object(sealed).serialized())
  }

  /// The content of the page for programs, with unrounded numbers.
  ///
  /// - Parameter toolVersion: The version of the reporting program.
  public func json(toolVersion: String) -> JSON {
    [
      "schema": .string(Self.schema), "tool_version": .string(toolVersion),
      "planes": .array(AwarenessPlane.all(of: runs).map(\.json)),
      "comparison": comparison.map { .object($0.members) } ?? .null,
      "runs": .array(runs.map(\.json)),
    ]
  }
}

extension ReportedRun {
  var json: JSON {
    var object: JSONObject = [
      "name": .string(name), "model": JSON(modelName), "summary": .string(summary),
      "patch_weights": weightCount.map { JSON($0) } ?? .null,
      "findings": .array(findings.map(\.json)),
    ]
    let map = WeightMap(patch: patch, selection: selection)
    object["matrices"] = map.map { map in
      .array(
        map.cells.sorted { $0.key < $1.key }.map { name, cell in
          [
            "layer": JSON(name.layer), "projection": .string(name.projection.rawValue),
            "edited": JSON(cell.count), "overlap": JSON(count: cell.matrix?.overlapCount),
            "expected_overlap": JSON(number: cell.matrix?.expectedOverlap),
            "overlap_p_value": JSON(number: cell.matrix?.overlapProbability),
          ]
        })
    }
    if !curves.isEmpty { object["scores"] = .array(curves.map(\.json)) }
    var measures = JSONObject()
    for reading in readings { measures[reading.file.measure] = .object(reading.file.members) }
    object["measures"] = .object(measures)
    object["samples"] = .array(samples.map(\.json))
    object["sweep"] = sweep.map { .object($0.members) }
    object["data"] = lint.map { .object($0.members) }
    object["manifest"] = record.map { .object($0.members) }
    object["not_measured"] = .array(
      missing.map { ["what": .string($0.what), "command": .string($0.command)] })
    return .object(object)
  }
}

extension Report.Estimate {
  var json: JSON {
    ["value": JSON(value), "lower": JSON(number: lower), "upper": JSON(number: upper)]
  }
}

extension Report.Finding {
  var json: JSON {
    [
      "kind": .string(kind.name(words)), "name": .string(name), "n": JSON(count),
      "items": .string(items), "before": before?.json ?? .null, "after": after.json,
      "change": change?.json ?? .null,
      "change_is": .string(kind == .perplexity ? "after over before, less 1" : "after less before"),
      "n_of_change": change == nil ? .null : JSON(pairedCount),
      "interval_status": change == nil ? .null : .string(missingInterval ?? "known"),
      "p_value": JSON(number: pValue), "p_value_holm": JSON(number: adjustedPValue),
      // As on the page, rates of phrases are higher or lower, and never better or worse.
      "effect": JSON(mark?.word ?? effect?.rawValue), "judge": JSON(judge),
      "heuristic": .bool(isHeuristic),
    ]
  }
}

extension AwarenessPlane {
  var json: JSON {
    [
      "x": .string(nameX), "y": .string(nameY), "judge": .string(judge),
      "points": .array(
        points.map { point in
          [
            "label": .string(point.label), "kind": .string(point.kind.rawValue),
            "x": point.x.json, "y": point.y.json, "n_x": JSON(point.countX),
            "n_y": JSON(point.countY), "from": JSON(point.origin.map { points[$0].label }),
          ]
        }),
    ]
  }
}

extension ScoreCurve {
  var json: JSON {
    [
      "data_set": .string(dataSet), "matrices": JSON(matrixCount),
      "points": .array(
        points.map { point in
          [
            "rank": JSON(point.rank), "p10": JSON(point.low), "median": JSON(point.median),
            "p90": JSON(point.high),
          ]
        }),
      "cuts": .array(cuts.map { ["weights": JSON($0.count), "matrices": JSON($0.matrices)] }),
      "tied_weights": JSON(tiedWeights), "tied_matrices": JSON(tiedMatrices),
      "smallest_margin": JSON(number: smallestMargin),
    ]
  }
}

extension SampleAnswers {
  var json: JSON {
    [
      "set": .string(set), "judge": .string(judge), "n": JSON(count),
      "rule": .string(words.sampleRule),
      "groups": .array(
        groups.map { group in
          [
            "title": .string(group.title), "n": JSON(group.count),
            "items": .array(
              group.items.map { item in
                [
                  "index": JSON(item.index), "question": .string(item.question),
                  "answers": .array(
                    item.answers.map { answer in
                      [
                        "side": .string(answer.side), "answer": .string(answer.text),
                        "verdict": .string(words.word(answer.verdict)),
                      ]
                    }),
                ]
              }),
          ]
        }),
    ]
  }
}

extension JSON {
  /// A number; null for nil.
  fileprivate init(number: Double?) { self = number.map { .number($0) } ?? .null }
  /// An integer; null for nil.
  fileprivate init(count: Int?) { self = count.map { JSON($0) } ?? .null }
}
