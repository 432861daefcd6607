// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
public import SPINJSON

extension Selection {
  /// All that decides a selection besides scores, as files record it and as `Selection.init(json:)` reads it.
  public var json: JSONObject {
    [
      "rule": .string(rule.rawValue),
      "pair": .array(pair.map { .string($0) }),
      "general": .string(general),
      "p": generalAmount.json,
      "q": pairAmount.json,
      "target_module": JSON(targetModule?.rawValue),
      "layers": layers.map { [JSON($0.lowerBound), JSON($0.upperBound)] } ?? .null,
      "scale": JSON(scale),
      "seed": .string("\(seed)"),
    ]
  }
}
