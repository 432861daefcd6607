// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage

/// Chooses a token from logits.
///
/// - Source: the order temperature, top-k, top-p and their edge cases are those of transformers'
///   logits warpers; the draw itself is ours, since PyTorch's depends on the device.
package struct TokenChoice {
  let temperature: Double
  let topP: Double
  let topK: Int
  let seed: UInt64

  /// A way to choose; see `Sampling.random`.
  package init(temperature: Double, topP: Double, topK: Int, seed: UInt64) {
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.seed = seed
  }

  /// A token.
  ///
  /// - Parameters:
  ///   - logits: One per token of the vocabulary, none a NaN.
  ///   - stream: What tells the draws of one prompt from those of another.
  ///   - position: How many tokens were generated before.
  package func token(_ logits: [Float], stream: UInt64, position: Int) -> Int {
    var order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }
    if topK > 0, topK < order.count { order.removeLast(order.count - topK) }
    let largest = Double(logits[order[0]])
    let weights = order.map { exp((Double(logits[$0]) - largest) / temperature) }
    let total = weights.reduce(0, +)
    // The fewest tokens that reach topP; at least one.
    var (kept, sum) = (0, 0.0)
    while kept < weights.count, kept == 0 || sum < topP * total {
      sum += weights[kept]
      kept += 1
    }
    var left = Self.uniform(seed, stream, UInt64(position)) * sum
    for index in 0..<kept {
      left -= weights[index]
      if left < 0 { return order[index] }
    }
    return order[kept - 1]
  }

  /// A number in [0, 1) that depends on its three arguments alone.
  ///
  /// - Source: `SplitMix64` as a hash, chained.
  package static func uniform(_ seed: UInt64, _ stream: UInt64, _ counter: UInt64) -> Double {
    let hash = SplitMix64.mixed(
      SplitMix64.mixed(SplitMix64.mixed(seed) &+ stream) &+ counter)
    return Double(hash >> 11) * 0x1p-53
  }
}
