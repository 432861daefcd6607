// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

struct CausalAttentionTests {
  struct Case: Sendable, CustomStringConvertible {
    let lengths: [Int]
    let heads, keyValueHeads, headSize: Int
    let window: Int?
    var description: String { "\(lengths) \(heads)/\(keyValueHeads)x\(headSize) \(window ?? 0)" }
  }

  static let cases = [
    Case(lengths: [1], heads: 1, keyValueHeads: 1, headSize: 2, window: nil),
    Case(lengths: [5, 0, 3], heads: 4, keyValueHeads: 2, headSize: 10, window: nil),
    Case(lengths: [40, 7], heads: 2, keyValueHeads: 2, headSize: 34, window: 6),
    Case(lengths: [97, 33], heads: 3, keyValueHeads: 1, headSize: 16, window: nil),
    Case(lengths: [200], heads: 2, keyValueHeads: 1, headSize: 12, window: 33),
  ]

  @Test(arguments: cases) func matchesTheReference(testCase: Case) {
    let (h, kv, e) = (testCase.heads, testCase.keyValueHeads, testCase.headSize)
    let tokens = testCase.lengths.reduce(0, +)
    var random = SeededGenerator(seed: UInt64(tokens * h + e))
    let (q, d) = (random.floats(tokens * h * e), random.floats(tokens * h * e))
    let (k, v) = (random.floats(tokens * kv * e), random.floats(tokens * kv * e))
    var samples: [Range<Int>] = []
    for length in testCase.lengths {
      let start = samples.last?.upperBound ?? 0
      samples.append(start..<start + length)
    }
    var (o, dq, dk, dv): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for rows in samples {
      let shape = Reference.AttentionShape(
        tokens: rows.count, heads: h, keyValueHeads: kv, headSize: e, window: testCase.window)
      func part(_ values: [Float], _ width: Int) -> [Double] {
        doubles(Array(values[rows.lowerBound * width..<rows.upperBound * width]))
      }
      let (q, k, v) = (part(q, h * e), part(k, kv * e), part(v, kv * e))
      o += Reference.attention(q, k, v, shape)
      let gradient = Reference.attentionGradient(q, k, v, outputGradient: part(d, h * e), shape)
      (dq, dk, dv) = (dq + gradient.q, dk + gradient.k, dv + gradient.v)
    }
    let attention = CausalAttention(
      headCount: h, keyValueHeadCount: kv, headSize: e, window: testCase.window)
    var bits: [[Float]] = []
    for set in KernelSet.available {
      for threads in [1, 2, 7] {
        let device = CPUDevice(threadCount: threads, kernelSet: set)
        func matrix(_ values: [Float], _ heads: Int) -> MatrixView {
          MatrixView(values, rows: tokens, columns: heads * e)
        }
        let results = [(h, tokens), (h, tokens), (kv, tokens), (kv, tokens)].map {
          MatrixView(rows: $0.1, columns: $0.0 * e)
        }
        attention.forward(
          query: matrix(q, h), key: matrix(k, kv), value: matrix(v, kv), output: results[0],
          samples: samples, on: device)
        attention.backward(
          query: matrix(q, h), key: matrix(k, kv), value: matrix(v, kv),
          outputGradient: matrix(d, h), queryGradient: results[1], keyGradient: results[2],
          valueGradient: results[3], samples: samples, on: device)
        for (result, expected) in zip(results, [o, dq, dk, dv]) {
          // Sums of up to 200 terms of magnitude 1, each rounded to 2^-24.
          #expect(normalizedError(result.values, expected) < 3e-6, "\(set.name)")
        }
        if set.name != "baseline" { bits.append(results.flatMap(\.values)) }
      }
    }
    #expect(bits.allSatisfy { $0 == bits.first })
  }

  @Test(arguments: [nil, 3]) func gradientMatchesFiniteDifferences(window: Int?) {
    let shape = Reference.AttentionShape(
      tokens: 5, heads: 2, keyValueHeads: 1, headSize: 4, window: window)
    var random = SeededGenerator(seed: 8)
    let (q, d) = (doubles(random.floats(40)), doubles(random.floats(40)))
    let (k, v) = (doubles(random.floats(20)), doubles(random.floats(20)))
    func loss(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
      zip(Reference.attention(q, k, v, shape), d).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let exact = Reference.attentionGradient(q, k, v, outputGradient: d, shape)
    #expect(normalizedError(exact.q, centralDifferences(at: q) { loss($0, k, v) }) < 1e-8)
    #expect(normalizedError(exact.k, centralDifferences(at: k) { loss(q, $0, v) }) < 1e-8)
    #expect(normalizedError(exact.v, centralDifferences(at: v) { loss(q, k, $0) }) < 1e-8)
  }
}
