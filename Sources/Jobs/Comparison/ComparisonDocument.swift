// SPDX-License-Identifier: Apache-2.0

import SPINExecution
import SPINJSON
import SPINStorage

/// `compare.json`, schema "compare/1".
struct ComparisonDocument {
  let comparison: MethodComparison
  let rows: [ComparisonRow]
  let methods: [MethodSummary]

  var json: JSON {
    let request = comparison.request
    var document: JSONObject = [
      "schema": "compare/1", "tool_version": .string(SPINVersion.current),
      "arguments": .array(RepeatableCommand.deciding(request.arguments).map { .string($0) }),
      "model": .string(comparison.model.directory.name),
      "model_sha256": .string(ModelDirectory.modelHash(of: comparison.modelFiles)),
      "arithmetic": .string(request.execution.arithmetic.name),
      "evaluation": comparison.evaluation.identity,
      "judge": .string(comparison.evaluation.judge.label),
      "heuristic": .bool(comparison.evaluation.judge.isHeuristic),
      "pair": .array(request.selection.pair.map { .string($0) }),
      "general": .string(request.selection.general),
      "interval": .string(SeededEstimate.method), "level": .number(0.95),
      "test": .string(SeededEstimate.test),
      "untouched": rows.first.map { SeededMeasures([$0.measures], .before).json } ?? .null,
      "methods": .array(methods.map(\.json)),
      "arms": .array(rows.map(\.json)),
    ]
    if let origin = comparison.model.directory.origin {
      document["model_origin"] = .object(origin.json)
    }
    return .object(document)
  }
}

extension ComparisonRow {
  /// The arm with its headline numbers; its folder has everything.
  fileprivate var json: JSON {
    [
      "method": .string(arm.method.rawValue), "seed": .integer(Int64(clamping: arm.seed)),
      "samples": arm.sampleCount.map { JSON($0) } ?? .null, "folder": .string(arm.folder),
      "weights": weightCount.map { JSON($0) } ?? .null,
      "trained_parameters": parameterCount.map { JSON($0) } ?? .null, "measures": measures.json,
    ]
  }
}
