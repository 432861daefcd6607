// SPDX-License-Identifier: Apache-2.0

public import SPINGeneration
public import SPINJSON

extension GenerationOptions {
  /// All of them, for records and for recognizing unfinished work of the same options.
  public var json: JSON {
    [
      "max_new_tokens": JSON(maxNewTokens), "sampling": sampling.json,
      "stop": .array(stopStrings.map { .string($0) }),
    ]
  }
}

extension Sampling {
  /// "greedy", or an object of what draws depend on.
  public var json: JSON {
    switch self {
    case .greedy: .string("greedy")
    case .random(let temperature, let topP, let topK, let seed):
      [
        "temperature": .number(temperature), "top_p": .number(topP), "top_k": JSON(topK),
        "seed": .integer(Int64(bitPattern: seed)),
      ]
    }
  }
}
