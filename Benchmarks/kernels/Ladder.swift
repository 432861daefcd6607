// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage

/// The three products of one linear layer on one instruction set.
struct Ladder {
  /// The sizes of a layer and of what passes through it.
  struct Shape {
    let name: String
    let tokens, inputs, outputs: Int
    /// Tokens of each sample of the weight gradient.
    let sample: Int
  }

  static let shapes = [
    Shape(name: "192x512x512", tokens: 192, inputs: 512, outputs: 512, sample: 64),
    Shape(name: "1024x1024x4096", tokens: 1024, inputs: 1024, outputs: 4096, sample: 85),
    Shape(name: "1024x4096x1024", tokens: 1024, inputs: 4096, outputs: 1024, sample: 85),
  ]

  let shape: Shape
  let device: any Device
  let input, output, inputGradient, accumulator: MatrixView
  let weight: WeightMatrix

  init(shape: Shape, set: KernelSet, threads: Int) {
    self.shape = shape
    device = CPUDevice(threadCount: threads, kernelSet: set)
    func matrix(_ rows: Int, _ columns: Int) -> MatrixView {
      MatrixView(
        (0..<rows * columns).map { Float(($0 &* 2_654_435_761) % 2001 - 1000) / 1000 },
        rows: rows, columns: columns)
    }
    input = matrix(shape.tokens, shape.inputs)
    output = matrix(shape.tokens, shape.outputs)
    inputGradient = matrix(shape.tokens, shape.inputs)
    accumulator = matrix(shape.outputs, shape.inputs)
    weight = WeightMatrix(
      name: "benchmark", values: matrix(shape.outputs, shape.inputs).buffer, rows: shape.outputs,
      columns: shape.inputs)
  }

  /// Floating-point operations a second on registers alone, one thread, in 10^9.
  static func ceiling(of set: KernelSet) -> Double {
    best(tries: 8) { set.registerProducts(rounds: 2_000_000) }
  }

  /// GFLOP/s of each product, after a check of its answer.
  func rates() -> [(String, Double)] {
    check()
    let operations = 2 * Double(shape.tokens * shape.inputs * shape.outputs)
    let samples = stride(from: 0, to: shape.tokens, by: shape.sample).map {
      $0..<min($0 + shape.sample, shape.tokens)
    }
    return [
      (
        "forward",
        Self.best {
          forward(); return operations
        }
      ),
      (
        "input_gradient",
        Self.best {
          backward(); return operations
        }
      ),
      (
        "absolute_weight_gradient",
        Self.best {
          device.addWeightGradients(input, [(output, accumulator)], samples: samples)
          return operations
        }
      ),
    ]
  }

  private func forward() { device.linear(input, [.init(weight, output: output)]) }

  private func backward() { device.linearInputGradient([(output, weight)], into: inputGradient) }

  /// Compares one row of each of the first two products with the naive version.
  private func check() {
    forward()
    let row = shape.tokens / 2
    let values = weight.values(rows: 0..<shape.outputs).map(Double.init)
    let expected = Reference.linear(
      input.rows(row..<row + 1).values.map(Double.init), values, tokens: 1, inputs: shape.inputs,
      outputs: shape.outputs)
    Self.require(output.rows(row..<row + 1), expected)
    let gradient = output.rows(row..<row + 1).values.map(Double.init)
    backward()
    Self.require(
      inputGradient.rows(row..<row + 1),
      Reference.linearInputGradient(
        gradient, values, tokens: 1, inputs: shape.inputs, outputs: shape.outputs))
  }

  private static func require(_ found: MatrixView, _ expected: [Double]) {
    let scale = expected.map(\.magnitude).max() ?? 0
    for (found, expected) in zip(found.values, expected) {
      // Chains of a few thousand Float32 terms; a wrong kernel is off by far more.
      precondition((Double(found) - expected).magnitude <= 1e-4 * scale, "a product is wrong")
    }
  }

  private static func best(tries: Int = 6, _ body: () -> Double) -> Double {
    let clock = ContinuousClock()
    var rate = 0.0
    for _ in 0..<tries {
      var operations = 0.0
      let time = clock.measure { operations = body() }
      rate = max(rate, operations / (time / .seconds(1)) * 1e-9)
    }
    return rate
  }
}
