// SPDX-License-Identifier: Apache-2.0

import SPINKernels

/// How fast this machine computes, from a measurement of a tenth of a second; plans multiply it out.
public struct MachineRates: Sendable {
  /// Floating-point operations a second that a product with many rows reaches.
  public let operations: Double
  /// Bytes of weights a second that a product with one row reads.
  public let bytes: Double

  /// Measures so many threads.
  public init(threads: Int) {
    operations = Machine.measuredRate(threads: threads)
    bytes = Self.readRate(threads: threads)
  }

  /// The share of the products' rate that a whole forward pass reaches; from runs of the benchmarks.
  private static let forwardShare = 0.65
  /// The same where a few sequences are decoded together.
  private static let decodingShare = 0.4

  /// Seconds of a forward pass over so many tokens.
  func forward(tokens: Double, of cost: DecoderCost) -> Double {
    tokens * cost.operationsPerToken / (operations * Self.forwardShare)
  }

  /// Operations that the divergence of one position costs for each token of the vocabulary, besides two forward
  /// passes: exponentials of both sides in double precision.
  ///
  /// From runs on SmolLM2-135M-Instruct, where they are a tenth
  /// of the time.
  private static let divergenceCost = 2000.0

  /// Seconds in which a text is put through a model without and with an edit, and its expectations compared.
  func divergence(tokens: Double, vocabularySize: Int, of cost: DecoderCost) -> Double {
    2 * forward(tokens: tokens, of: cost)
      + tokens * Double(vocabularySize) * Self.divergenceCost / operations
  }

  /// Seconds in which so many tokens are generated, a batch of sequences at a time.
  func decoding(tokens: Double, batchSize: Int, of cost: DecoderCost) -> Double {
    // A step reads all weights once, and multiplies each with every sequence of the batch.
    let reading = cost.weightBytes / bytes / Double(batchSize)
    let computing = cost.operationsPerToken / (operations * Self.decodingShare)
    return tokens * max(reading, computing)
  }

  private static func readRate(threads: Int) -> Double {
    let compute = Compute(threadCount: threads)
    // Beyond the caches that two threads have for themselves.
    let (rows, columns) = (4096, 4096)
    let input = MatrixView(rows: 1, columns: columns)
    let output = MatrixView(rows: 1, columns: rows)
    let weight = WeightMatrix(
      name: "", values: MatrixView(rows: rows, columns: columns).buffer, rows: rows,
      columns: columns)
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<3 {
      let time = clock.measure { compute.linear(input, [.init(weight, output: output)]) }
      best = min(best, time / .seconds(1))
    }
    return Double(rows * columns * 4) / best
  }
}
