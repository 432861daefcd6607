// SPDX-License-Identifier: Apache-2.0

public import SPINJSON
import SPINStatistics

extension CouplingResult {
  /// The result with every choice that it depends on, schema "coupling/1".
  ///
  /// The value of each measure stands under `result`, its other pairings under `null`.
  public var json: JSONObject {
    var object = head
    object["layers"] = .array(
      layers.map { layer in
        var entry: JSONObject = ["layer": JSON(layer.layer), "result": layer.values]
        entry["null"] = ["result": layer.null]
        if !layer.sweep.isEmpty { entry["sweep"] = ["result": layer.sweepJSON] }
        return .object(entry)
      })
    return object
  }

  fileprivate var head: JSONObject {
    [
      "first": pairs.first.json, "second": pairs.second.json, "pairs": JSON(pairs.count),
      "settings": [
        "pair_seed": .string("\(pairs.seed)"), "sigma": .number(options.sigma),
        "ridge": .number(CouplingOptions.ridge), "permutations": JSON(options.permutationCount),
        "permutation_seed": .string("\(options.seed)"), "prompt_format": "raw",
        "states": "residual stream behind each block, before any later norm",
        "hsic": "tr(KHLH) / (n - 1)^2, exp(-|x - y|^2 / (2 sigma^2)), mean over tokens",
        "hsic_normalized":
          "sum(Rx * Ry'), R = Kc (Kc + ridge n I)^-1, exp(-|x - y|^2 / (2 sigma^2 d)), last token",
        "cka": "linear, mean over tokens",
        "p_value": "(1 + permuted at least as large) / (1 + permutations)",
      ],
    ]
  }
}

extension CouplingChange {
  /// The comparison with every choice that it depends on, schema "coupling/1".
  ///
  /// Each layer has `before` and `after`, the other pairings of both under `null`, and under
  /// `comparison` the relative change of each measure compared with that of the other pairings.
  public var json: JSONObject {
    var object = before.head
    object["layers"] = .array(
      zip(before.layers, after.layers).enumerated().map { index, layers in
        var entry: JSONObject = [
          "layer": JSON(layers.0.layer), "before": layers.0.values, "after": layers.1.values,
          "null": ["before": layers.0.null, "after": layers.1.null],
        ]
        var comparison = JSONObject()
        for measure in LayerCoupling.Measure.allCases {
          comparison[measure.rawValue] = changes[measure].map { $0[index].json } ?? .null
        }
        entry["comparison"] = .object(comparison)
        if !layers.0.sweep.isEmpty {
          entry["sweep"] = ["before": layers.0.sweepJSON, "after": layers.1.sweepJSON]
        }
        return .object(entry)
      })
    return object
  }
}

extension CouplingChange.Change {
  fileprivate var json: JSON {
    [
      "relative_change": JSON(relative.value), "null_mean": JSON(relative.mean),
      "null_lower": JSON(relative.quantile(0.025)), "null_upper": JSON(relative.quantile(0.975)),
      "p_value": JSON(relative.twoSidedPValue), "p_value_adjusted": JSON(adjustedPValue),
    ]
  }
}

extension LayerCoupling {
  fileprivate var values: JSON {
    var object = JSONObject()
    for measure in Measure.allCases { object[measure.rawValue] = JSON(self[measure].value) }
    return .object(object)
  }

  fileprivate var null: JSON {
    var object = JSONObject()
    for measure in Measure.allCases {
      let test = self[measure]
      object[measure.rawValue] = [
        "mean": JSON(test.mean), "q05": JSON(test.quantile(0.05)),
        "q50": JSON(test.quantile(0.5)), "q95": JSON(test.quantile(0.95)),
        "p_value": JSON(test.pValue),
      ]
    }
    return .object(object)
  }

  fileprivate var sweepJSON: JSON {
    .array(
      sweep.map {
        [
          "sigma": .number($0.sigma), "hsic": JSON($0.hsic),
          "hsic_normalized": JSON($0.normalizedHSIC),
        ]
      })
  }
}

extension QuestionPairs.Side {
  fileprivate var json: JSON { ["name": .string(name), "questions_sha256": .string(digest)] }
}
