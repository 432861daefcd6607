// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

/// What only training needs, beside naive versions in double precision, on every instruction set.
struct TrainingKernelTests {
  private static let sizes = [(rows: 1, columns: 1), (7, 33), (40, 64), (33, 150)]

  private func matrix(_ rows: Int, _ columns: Int, _ generator: inout SeededGenerator) -> MatrixView
  {
    MatrixView(
      FloatBuffer((0..<rows * columns).map { _ in Float.random(in: -1...1, using: &generator) }),
      rows: rows, columns: columns)
  }

  /// The relative error of a sum of products: each of its terms may be rounded.
  private func expect(
    _ found: [Float], _ expected: [Double], terms: Int, scale: Double = 1,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    let tolerance = Double(terms + 4) * 0x1p-23 * scale
    for (found, expected) in zip(found, expected) {
      #expect(
        abs(Double(found) - expected) < tolerance * max(1, abs(expected)),
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: sizes, KernelSet.available)
  func gradientsOfGainsAndBiases(size: (rows: Int, columns: Int), kernels: KernelSet) {
    var generator = SeededGenerator(seed: UInt64(size.columns))
    let (x, dy) = (
      matrix(size.rows, size.columns, &generator), matrix(size.rows, size.columns, &generator)
    )
    let cut = size.rows / 2
    let samples = [0..<cut, cut..<size.rows]
    var results: [[Float]] = []
    for threads in [1, 3] {
      let device = CPUDevice(threadCount: threads, kernelSet: kernels)
      let gain = FloatBuffer([Float](repeating: 2, count: size.columns))
      device.addGainGradient(x, epsilon: 1e-5, outputGradient: dy, samples: samples, to: gain)
      let bias = FloatBuffer([Float](repeating: 3, count: size.columns))
      device.addBiasGradient(dy, samples: samples, to: bias)
      results += [gain.values, bias.values]
    }
    #expect(results[0] == results[2] && results[1] == results[3])
    let (wide, gradient) = (x.values.map(Double.init), dy.values.map(Double.init))
    expect(
      results[0],
      Reference.gainGradient(wide, epsilon: 1e-5, outputGradient: gradient, columns: size.columns)
        .map { $0 + 2 }, terms: size.rows, scale: 8)
    expect(
      results[1], Reference.biasGradient(gradient, columns: size.columns).map { $0 + 3 },
      terms: size.rows)
  }

  /// Chains go sample by sample, so that a batch may be cut between samples.
  @Test func batchesOfSamplesMoveNoBit() {
    var generator = SeededGenerator(seed: 3)
    let (x, dy) = (matrix(30, 70, &generator), matrix(30, 70, &generator))
    let device = CPUDevice(threadCount: 2)
    let samples = [0..<4, 4..<17, 17..<30]
    let (whole, parts) = (FloatBuffer(count: 70), FloatBuffer(count: 70))
    device.addGainGradient(x, epsilon: 1e-6, outputGradient: dy, samples: samples, to: whole)
    for sample in samples {
      device.addGainGradient(
        x.rows(sample), epsilon: 1e-6, outputGradient: dy.rows(sample), samples: [0..<sample.count],
        to: parts)
    }
    #expect(whole.values == parts.values)
  }

  @Test(arguments: KernelSet.available) func gradientsOfAnEmbedding(kernels: KernelSet) {
    var generator = SeededGenerator(seed: 5)
    let dy = matrix(25, 70, &generator)
    let indices = (0..<25).map { _ in Int32.random(in: 0..<6, using: &generator) }
    var results: [[Float]] = []
    for threads in [1, 3] {
      let sum = MatrixView(rows: 6, columns: 70)
      CPUDevice(threadCount: threads, kernelSet: kernels).addRows(dy, indices, to: sum)
      results.append(sum.values)
    }
    #expect(results[0] == results[1])
    expect(
      results[0],
      Reference.embeddingGradient(
        dy.values.map(Double.init), indices.map(Int.init), rows: 6, columns: 70), terms: 25)
  }

  @Test(arguments: KernelSet.available) func stepsOfTheOptimizer(kernels: KernelSet) throws {
    var generator = SeededGenerator(seed: 7)
    // More than a tile, and no multiple of a vector.
    let count = 33_001
    let start = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    let gradients = (0..<3).map { _ in
      (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    }
    var results: [[Float]] = []
    for threads in [1, 3] {
      let device = CPUDevice(threadCount: threads, kernelSet: kernels)
      let (values, moments) = (FloatBuffer(start), AdamWMoments(count: count, on: device))
      for (place, gradient) in gradients.enumerated() {
        let room = FloatBuffer(gradient)
        var step = AdamWStep(learningRate: 1e-2, weightDecay: 0.1, number: place + 1)
        step.gradientScale = 0.5
        try device.adamW(values, gradient: room, moments: moments, step)
        #expect(room.values.allSatisfy { $0 == 0 })
      }
      results.append(values.values)
    }
    #expect(results[0] == results[1])
    for place in stride(from: 0, to: count, by: 97) {
      var (value, mean, square) = (Double(start[place]), 0.0, 0.0)
      for (number, gradient) in gradients.enumerated() {
        Reference.adamW(
          value: &value, gradient: 0.5 * Double(gradient[place]), mean: &mean, square: &square,
          rate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1, number: number + 1)
      }
      // Three steps of at most 1e-2, each to a few roundings, and roundings of the value itself; where
      // the second mean all but cancels the first, of the first.
      #expect(abs(Double(results[0][place]) - value) < 1e-6)
    }
  }

  @Test(arguments: KernelSet.available) func sumsOfSquares(kernels: KernelSet) {
    var generator = SeededGenerator(seed: 11)
    let values = (0..<70_003).map { _ in Float.random(in: -1...1, using: &generator) }
    let sums = [1, 3].map {
      CPUDevice(threadCount: $0, kernelSet: kernels).sumOfSquares(
        FloatBuffer(values), count: 70_003)
    }
    #expect(sums[0] == sums[1])
    let expected = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(sums[0] - expected) < 1e-12 * expected)
  }

  /// Known answers of Random123's `kat_vectors`, and the shape of the normal distribution.
  @Test func drawnNumbersAreThoseOfPhilox() {
    #expect(
      CounterGenerator(seed: 0, step: 0, tensor: 0).block(0)
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      CounterGenerator(
        seed: 0xffff_ffff_ffff_ffff, step: 0xffff_ffff, tensor: 0xffff_ffff
      ).block(0xffff_ffff_ffff_ffff)
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let count = 100_001
    let values = [1, 3].map { threads in
      let buffer = FloatBuffer(count: count)
      CPUDevice(threadCount: threads).fillNormal(
        buffer, deviation: 2, from: CounterGenerator(seed: 9, tensor: 4))
      return buffer.values.map(Double.init)
    }
    #expect(values[0] == values[1])
    let mean = values[0].reduce(0, +) / Double(count)
    let variance = values[0].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    // Four standard errors.
    #expect(abs(mean) < 4 * 2 / Double(count).squareRoot())
    #expect(abs(variance - 4) < 4 * 4 * (2 / Double(count)).squareRoot())
    let outside = Double(values[0].count { abs($0) > 2 }) / Double(count)
    #expect(abs(outside - 0.3173) < 4 * 0.0015)
  }
}
