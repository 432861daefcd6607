// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Reference {
  /// The shape of causal attention.
  package struct AttentionShape: Sendable {
    package let tokens, heads, keyValueHeads, headSize: Int
    package let window: Int?

    package init(tokens: Int, heads: Int, keyValueHeads: Int, headSize: Int, window: Int? = nil) {
      self.tokens = tokens
      self.heads = heads
      self.keyValueHeads = keyValueHeads
      self.headSize = headSize
      self.window = window
    }

    /// The index of an element of queries, outputs or their gradients.
    func q(_ token: Int, _ head: Int, _ e: Int) -> Int {
      (token * heads + head) * headSize + e
    }

    /// The index of the element of keys or values that belongs to a query head.
    func kv(_ token: Int, _ head: Int, _ e: Int) -> Int {
      (token * keyValueHeads + head / (heads / keyValueHeads)) * headSize + e
    }

    func visible(_ token: Int) -> ClosedRange<Int> {
      (window.map { max(0, token - $0 + 1) } ?? 0)...token
    }
  }

  /// The attention probabilities of one token over its visible tokens.
  private static func probabilities(
    _ q: [Double], _ k: [Double], token: Int, head: Int, _ shape: AttentionShape
  ) -> [Double] {
    let scores = shape.visible(token).map { j in
      (0..<shape.headSize).reduce(0.0) {
        $0 + q[shape.q(token, head, $1)] * k[shape.kv(j, head, $1)]
      } / Double(shape.headSize).squareRoot()
    }
    let max = scores.max() ?? 0
    let exponentials = scores.map { exp($0 - max) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  /// Causal attention of one sample.
  package static func attention(
    _ q: [Double], _ k: [Double], _ v: [Double], _ shape: AttentionShape
  ) -> [Double] {
    var o = [Double](repeating: 0, count: q.count)
    for t in 0..<shape.tokens {
      for h in 0..<shape.heads {
        let p = probabilities(q, k, token: t, head: h, shape)
        for (j, p) in zip(shape.visible(t), p) {
          for e in 0..<shape.headSize { o[shape.q(t, h, e)] += p * v[shape.kv(j, h, e)] }
        }
      }
    }
    return o
  }

  /// The gradients of causal attention with respect to queries, keys and values.
  package static func attentionGradient(
    _ q: [Double], _ k: [Double], _ v: [Double], outputGradient d: [Double], _ shape: AttentionShape
  ) -> (q: [Double], k: [Double], v: [Double]) {
    var dq = [Double](repeating: 0, count: q.count)
    var dk = [Double](repeating: 0, count: k.count)
    var dv = [Double](repeating: 0, count: v.count)
    let scale = 1 / Double(shape.headSize).squareRoot()
    for t in 0..<shape.tokens {
      for h in 0..<shape.heads {
        let p = probabilities(q, k, token: t, head: h, shape)
        let dp = shape.visible(t).map { j in
          (0..<shape.headSize).reduce(0.0) { $0 + d[shape.q(t, h, $1)] * v[shape.kv(j, h, $1)] }
        }
        let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
        for (index, j) in shape.visible(t).enumerated() {
          let ds = scale * p[index] * (dp[index] - mean)
          for e in 0..<shape.headSize {
            dq[shape.q(t, h, e)] += ds * k[shape.kv(j, h, e)]
            dk[shape.kv(j, h, e)] += ds * q[shape.q(t, h, e)]
            dv[shape.kv(j, h, e)] += p[index] * d[shape.q(t, h, e)]
          }
        }
      }
    }
    return (dq, dk, dv)
  }
}
