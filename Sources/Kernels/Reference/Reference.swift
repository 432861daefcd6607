// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A naive implementation of every operation, in double precision and plain loops.
///
/// The fast versions are tested against it, and readers should start here. All matrices are
/// row-major arrays.
package enum Reference {
  /// y = x W^T + b; x `[T, K]`, W `[N, K]`.
  package static func linear(
    _ x: [Double], _ weight: [Double], bias: [Double]? = nil, tokens: Int, inputs: Int, outputs: Int
  ) -> [Double] {
    var y = [Double](repeating: 0, count: tokens * outputs)
    for t in 0..<tokens {
      for n in 0..<outputs {
        var sum = bias?[n] ?? 0
        for k in 0..<inputs { sum += x[t * inputs + k] * weight[n * inputs + k] }
        y[t * outputs + n] = sum
      }
    }
    return y
  }

  /// dx = dy W; dy `[T, N]`, W `[N, K]`.
  package static func linearInputGradient(
    _ dy: [Double], _ weight: [Double], tokens: Int, inputs: Int, outputs: Int
  ) -> [Double] {
    var dx = [Double](repeating: 0, count: tokens * inputs)
    for t in 0..<tokens {
      for n in 0..<outputs {
        for k in 0..<inputs {
          dx[t * inputs + k] += dy[t * outputs + n] * weight[n * inputs + k]
        }
      }
    }
    return dx
  }

  /// dW = dy^T x `[N, K]`, summed over the tokens of one sample.
  package static func weightGradient(
    _ x: [Double], _ dy: [Double], sample: Range<Int>, inputs: Int, outputs: Int
  ) -> [Double] {
    var gradient = [Double](repeating: 0, count: outputs * inputs)
    for t in sample {
      for n in 0..<outputs {
        for k in 0..<inputs {
          gradient[n * inputs + k] += dy[t * outputs + n] * x[t * inputs + k]
        }
      }
    }
    return gradient
  }

  /// RMS normalization of one row.
  package static func rmsNorm(_ x: [Double], gain: [Double], epsilon: Double) -> [Double] {
    let r = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + epsilon).squareRoot()
    return zip(x, gain).map { $0 * r * $1 }
  }

  /// The gradient of RMS normalization of one row with respect to x.
  package static func rmsNormGradient(
    _ x: [Double], gain: [Double], epsilon: Double, outputGradient dy: [Double]
  ) -> [Double] {
    let r = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + epsilon).squareRoot()
    let mean = x.indices.reduce(0) { $0 + dy[$1] * gain[$1] * x[$1] } / Double(x.count)
    return x.indices.map { r * (dy[$0] * gain[$0] - x[$0] * r * r * mean) }
  }

  /// Rotary position embedding of one head at one position, with one angle per pair.
  package static func rotate(_ head: [Double], angles: [Double]) -> [Double] {
    let half = head.count / 2
    var result = head
    for i in 0..<half {
      result[i] = head[i] * cos(angles[i]) - head[half + i] * sin(angles[i])
      result[half + i] = head[half + i] * cos(angles[i]) + head[i] * sin(angles[i])
    }
    return result
  }

  /// The gated activation of one element.
  package static func swiGLU(_ gate: Double, _ up: Double) -> Double {
    gate / (1 + exp(-gate)) * up
  }

  /// The gradients of the gated activation with respect to gate and up.
  package static func swiGLUGradient(
    _ gate: Double, _ up: Double, outputGradient dy: Double
  ) -> (gate: Double, up: Double) {
    let s = 1 / (1 + exp(-gate))
    return (dy * up * s * (1 + gate * (1 - s)), dy * gate * s)
  }

  /// The negative log-likelihood of the target, from one row of logits, in nats.
  package static func crossEntropy(_ logits: [Double], target: Int) -> Double {
    let max = logits.max() ?? 0
    return log(logits.reduce(0) { $0 + exp($1 - max) }) + max - logits[target]
  }

  /// The gradient of the negative log-likelihood with respect to the logits.
  package static func crossEntropyGradient(_ logits: [Double], target: Int) -> [Double] {
    let max = logits.max() ?? 0
    let sum = logits.reduce(0) { $0 + exp($1 - max) }
    return logits.indices.map { exp(logits[$0] - max) / sum - ($0 == target ? 1 : 0) }
  }
}
