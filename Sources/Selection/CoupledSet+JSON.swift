// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
public import SPINJSON
import SPINScores

/// The form of `selection.json`, schema "selection/1".
extension CoupledSet {
  /// The version of the format.
  public static let schema = "selection/1"

  /// The whole set with its sizes, cuts and statistics.
  ///
  /// Totals, expectations and warnings are written for readers; they follow from the rest.
  ///
  /// - Parameter tool: The program that selected, with its version.
  public func json(tool: String) -> JSON {
    var files = JSONObject()
    for (name, hash) in modelFiles.sorted(by: { $0.key < $1.key }) { files[name] = .string(hash) }
    var object: JSONObject = [
      "schema": .string(Self.schema), "tool": .string(tool), "model_files": .object(files),
    ]
    let provenance = self.provenance
    for key in provenance.keys { object[key] = provenance[key] }
    object["totals"] = totals
    object["warnings"] = .array(warnings.map { .string($0) })
    object["matrices"] = .array(matrices.map(\.json))
    return .object(object)
  }

  /// The rule, all parameters and the data that the scores come from.
  public var provenance: JSONObject {
    var object = selection.json
    object["data"] = .array(sources.map(\.json))
    return object
  }

  private var totals: JSON {
    [
      "matrices": JSON(matrices.count),
      "selected": JSON(count),
      "selected_coupled": JSON(selectedCoupledCount),
      "coupled": JSON(coupledCount),
      "overlap": JSON(overlapCount),
      "expected_overlap": JSON(expectedOverlap),
      "first": JSON(firstCount),
      "second": JSON(secondCount),
      "general": JSON(generalCount),
    ]
  }
}

extension Selection.Amount {
  /// `{"share": 5e-7}` or `{"count": 20}`.
  var json: JSON {
    switch self {
    case .share(let share): ["share": JSON(share)]
    case .count(let count): ["count": JSON(count)]
    }
  }
}

extension CoupledSet.Source {
  var json: JSON {
    [
      "name": .string(dataSet), "file": .string(dataFile), "sha256": .string(dataDigest),
      "sample_sha256": .string(sampleDigest), "samples": JSON(sampleCount),
      "seed": .string("\(seed)"),
    ]
  }
}

extension MatrixSelection {
  var json: JSON {
    [
      "tensor": .string(name.tensor), "shape": [JSON(rows), JSON(columns)],
      "first": first.json, "second": second.json, "general": .object(general.json),
      "overlap": JSON(overlapCount), "coupled": JSON(coupledCount),
      "expected_overlap": JSON(expectedOverlap), "overlap_p_value": JSON(overlapProbability),
      "selected_coupled": JSON(selectedCoupledCount), "indices": .array(indices.map { JSON($0) }),
    ]
  }
}

extension MatrixSelection.Side {
  var json: JSON {
    var object = cut.json
    object["outside_general"] = JSON(outsideGeneral)
    return .object(object)
  }
}

extension TopScores.Cut {
  var json: JSONObject {
    [
      "count": JSON(count), "cut": value.map { JSON(Double($0)) } ?? .null,
      "next": nextValue.map { JSON(Double($0)) } ?? .null, "ties": JSON(tieCount),
    ]
  }
}
