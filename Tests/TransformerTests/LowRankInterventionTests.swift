// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTestSupport
import SPINTransformer
import Testing

/// The arithmetic of a low-rank change of hidden states.
struct LowRankInterventionTests {
  private struct Numbers {
    let (size, rank, rows): (Int, Int, Int)
    let rotation, source, bias, hidden, gradient: [Float]

    init(size: Int, rank: Int, rows: Int) {
      var random = SeededGenerator(seed: UInt64(size * 100 + rank))
      (self.size, self.rank, self.rows) = (size, rank, rows)
      // Of the scale of orthonormal columns; that they are is no business of the arithmetic.
      rotation = random.floats(size * rank).map { $0 / Float(size).squareRoot() }
      source = random.floats(size * rank).map { $0 / Float(size).squareRoot() }
      (bias, hidden, gradient) = (
        random.floats(rank), random.floats(rows * size), random.floats(rows * size)
      )
    }

    var fast: LowRankIntervention {
      LowRankIntervention(
        rotation: MatrixView(rotation, rows: size, columns: rank),
        source: MatrixView(source, rows: rank, columns: size), bias: FloatBuffer(bias))
    }

    var naive: Reference.Intervention {
      .init(rotation: doubles(rotation), source: doubles(source), bias: doubles(bias))
    }

    func row(_ values: [Float], _ row: Int) -> [Double] {
      doubles(Array(values[row * size..<(row + 1) * size]))
    }
  }

  private struct Backward {
    let input, rotation, source, bias: [Float]

    init(_ numbers: Numbers, samples: [Range<Int>], on device: any Device) {
      let (size, rank) = (numbers.size, numbers.rank)
      let gradient = MatrixView(numbers.gradient, rows: numbers.rows, columns: size)
      let gradients = LowRankIntervention.Gradients(
        source: FloatBuffer(count: rank * size), bias: FloatBuffer(count: rank), on: device)
      numbers.fast.backward(
        MatrixView(numbers.hidden, rows: numbers.rows, columns: size), gradient: gradient,
        samples: samples, into: gradients, on: device)
      input = gradient.values
      rotation = gradients.rotation(on: device)
      source = gradients.source.values
      bias = gradients.bias.values
    }
  }

  @Test(arguments: [(7, 1, 3), (24, 3, 5), (300, 8, 9), (521, 16, 2)])
  func bothPassesMatchTheReference(size: Int, rank: Int, rows: Int) {
    let numbers = Numbers(size: size, rank: rank, rows: rows)
    let naive = numbers.naive
    var output: [Double] = []
    var input: [Double] = []
    var sums = [[Double]](repeating: [Double](repeating: 0, count: size * rank), count: 2)
    var bias = [Double](repeating: 0, count: rank)
    for row in 0..<rows {
      let (h, g) = (numbers.row(numbers.hidden, row), numbers.row(numbers.gradient, row))
      output += naive.output(h)
      let found = naive.gradients(h, outputGradient: g)
      input += found.input
      sums[0] = zip(sums[0], found.rotation).map(+)
      sums[1] = zip(sums[1], found.source).map(+)
      bias = zip(bias, found.bias).map(+)
    }
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      let result = MatrixView(rows: rows, columns: size)
      numbers.fast.forward(
        MatrixView(numbers.hidden, rows: rows, columns: size), output: result, on: device)
      // Chains of some hundred roundings of 2^-24.
      #expect(normalizedError(result.values, output) < 2e-6, "\(set.name)")
      let backward = Backward(numbers, samples: [0..<1, 1..<rows], on: device)
      #expect(normalizedError(backward.input, input) < 2e-6, "\(set.name)")
      #expect(normalizedError(backward.rotation, sums[0]) < 4e-6, "\(set.name)")
      #expect(normalizedError(backward.source, sums[1]) < 4e-6, "\(set.name)")
      #expect(normalizedError(backward.bias, bias) < 4e-6, "\(set.name)")
    }
  }

  @Test func gradientsMatchFiniteDifferences() {
    let numbers = Numbers(size: 7, rank: 2, rows: 1)
    let (h, g) = (doubles(numbers.hidden), doubles(numbers.gradient))
    let exact = numbers.naive.gradients(h, outputGradient: g)
    func loss(_ intervention: Reference.Intervention, _ h: [Double]) -> Double {
      zip(intervention.output(h), g).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let naive = numbers.naive
    #expect(normalizedError(exact.input, centralDifferences(at: h) { loss(naive, $0) }) < 1e-8)
    for (parameter, gradient) in [
      (\Reference.Intervention.rotation, exact.rotation), (\.source, exact.source),
      (\.bias, exact.bias),
    ] {
      let numeric = centralDifferences(at: naive[keyPath: parameter]) { point in
        var moved = naive
        moved[keyPath: parameter] = point
        return loss(moved, h)
      }
      #expect(normalizedError(gradient, numeric) < 1e-8)
    }
  }

  /// How rows are shared among threads and batches moves no bit.
  @Test func aRowDependsOnNothingButItself() {
    let numbers = Numbers(size: 300, rank: 8, rows: 9)
    let hidden = MatrixView(numbers.hidden, rows: 9, columns: 300)
    let whole = MatrixView(rows: 9, columns: 300)
    numbers.fast.forward(hidden, output: whole, on: CPUDevice(threadCount: 3))
    for row in 0..<9 {
      let alone = MatrixView(rows: 1, columns: 300)
      numbers.fast.forward(
        hidden.rows(row..<row + 1), output: alone, on: CPUDevice(threadCount: 1))
      #expect(alone.values == whole.rows(row..<row + 1).values)
    }
  }

  /// The sums of a step are those of its samples one after the other, however they are batched.
  @Test func gradientsDoNotDependOnBatches() {
    let numbers = Numbers(size: 40, rank: 3, rows: 6)
    let device = CPUDevice(threadCount: 2)
    let whole = Backward(numbers, samples: [0..<2, 2..<3, 3..<6], on: device)
    let gradients = LowRankIntervention.Gradients(
      source: FloatBuffer(count: 120), bias: FloatBuffer(count: 3), on: device)
    for rows in [0..<2, 2..<3, 3..<6] {
      numbers.fast.backward(
        MatrixView(numbers.hidden, rows: 6, columns: 40).rows(rows),
        gradient: MatrixView(numbers.gradient, rows: 6, columns: 40).rows(rows),
        samples: [0..<rows.count], into: gradients, on: device)
    }
    #expect(gradients.source.values == whole.source)
    #expect(gradients.rotation(on: device) == whole.rotation)
    #expect(gradients.bias.values == whole.bias)
  }

  /// With W = Q^T and b = 0 there is nothing to change.
  @Test func theIdentityChangesNothing() {
    let rotation = MatrixView([0, 1, 0, 0, 1, 0], rows: 3, columns: 2)
    let same = LowRankIntervention(
      rotation: rotation, source: MatrixView([0, 0, 1, 1, 0, 0], rows: 2, columns: 3),
      bias: FloatBuffer(count: 2))
    let output = MatrixView(rows: 1, columns: 3)
    same.forward(
      MatrixView([3, -4, 5], rows: 1, columns: 3), output: output, on: CPUDevice(threadCount: 1))
    #expect(output.values == [3, -4, 5])
  }
}
