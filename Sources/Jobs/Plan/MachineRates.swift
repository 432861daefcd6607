// SPDX-License-Identifier: Apache-2.0

public import SPINExecution
import SPINKernels

/// How fast this machine computes, from a measurement of a tenth of a second; plans multiply it out.
public struct MachineRates: Sendable {
  /// Floating-point operations a second that a product with many rows reaches.
  public let operations: Double
  /// Bytes of weights a second that a product with one row reads.
  public let bytes: Double

  /// Measures the device of an execution.
  public init(_ execution: Execution) {
    let device = execution.open()
    operations = Self.operationRate(device)
    bytes = Self.readRate(device)
  }

  /// The share of the products' rate that a whole forward pass reaches; from runs of the benchmarks.
  private static let forwardShare = 0.65
  /// The same where a few sequences are decoded together.
  private static let decodingShare = 0.4

  /// Seconds of a forward pass over a number of tokens.
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

  /// Seconds in which a number of tokens is generated, a batch of sequences at a time.
  func decoding(tokens: Double, batchSize: Int, of cost: DecoderCost) -> Double {
    // A step reads all weights once, and multiplies each with every sequence of the batch.
    let reading = cost.weightBytes / bytes / Double(batchSize)
    let computing = cost.operationsPerToken / (operations * Self.decodingShare)
    return tokens * max(reading, computing)
  }

  /// Floating-point operations a second that the matrix product reaches, from a measurement of a few hundredths of
  /// a second.
  private static func operationRate(_ device: any Device) -> Double {
    let (tokens, size) = (192, 512)
    let seconds = fastest(of: 6, rows: tokens, inputs: size, outputs: size, on: device)
    return 2 * Double(tokens) * Double(size) * Double(size) / seconds
  }

  private static func readRate(_ device: any Device) -> Double {
    // Beyond the caches that two threads have for themselves.
    let size = 4096
    let seconds = fastest(of: 3, rows: 1, inputs: size, outputs: size, on: device)
    return Double(size * size * 4) / seconds
  }

  private static func fastest(
    of rounds: Int, rows: Int, inputs: Int, outputs: Int, on device: any Device
  ) -> Double {
    let input = device.matrix(rows: rows, columns: inputs)
    let output = device.matrix(rows: rows, columns: outputs)
    let weight = WeightMatrix(
      name: "", values: device.buffer(count: outputs * inputs), rows: outputs, columns: inputs)
    let clock = ContinuousClock()
    return (0..<rounds).map { _ in
      clock.measure { device.linear(input, [.init(weight, output: output)]) } / .seconds(1)
    }.min() ?? .infinity
  }
}
