// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

/// Row lengths around the sixteen lanes.
private let lengths = [1, 15, 16, 17, 40, 333]

struct RMSNormTests {
  @Test(arguments: lengths) func matchesTheReference(length: Int) {
    var random = SeededGenerator(seed: UInt64(length))
    let (x, gain) = (random.floats(3 * length), random.floats(length))
    let (dy, base) = (random.floats(3 * length), random.floats(3 * length))
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      let input = MatrixView(x, rows: 3, columns: length)
      let (y, dx) = (MatrixView(rows: 3, columns: length), MatrixView(rows: 3, columns: length))
      device.rmsNorm(input, gain: FloatBuffer(gain), epsilon: 1e-5, output: y)
      device.rmsNormInputGradient(
        input, gain: FloatBuffer(gain), epsilon: 1e-5,
        outputGradient: MatrixView(dy, rows: 3, columns: length),
        base: MatrixView(base, rows: 3, columns: length), result: dx)
      var (expected, expectedGradient): ([Double], [Double]) = ([], [])
      for row in 0..<3 {
        let range = row * length..<(row + 1) * length
        expected += Reference.rmsNorm(
          doubles(Array(x[range])), gain: doubles(gain), epsilon: Double(Float(1e-5)))
        expectedGradient += zip(
          Reference.rmsNormGradient(
            doubles(Array(x[range])), gain: doubles(gain), epsilon: Double(Float(1e-5)),
            outputGradient: doubles(Array(dy[range]))), doubles(Array(base[range]))
        ).map(+)
      }
      // A handful of roundings of 2^-24 each.
      #expect(normalizedError(y.values, expected) < 5e-7, "\(set.name)")
      #expect(normalizedError(dx.values, expectedGradient) < 2e-6, "\(set.name)")
    }
  }

  @Test func gradientMatchesFiniteDifferences() {
    var random = SeededGenerator(seed: 3)
    let (x, gain, dy) = (random.floats(9), random.floats(9), random.floats(9))
    let numeric = centralDifferences(at: doubles(x)) { point in
      zip(Reference.rmsNorm(point, gain: doubles(gain), epsilon: 1e-3), dy)
        .reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let exact = Reference.rmsNormGradient(
      doubles(x), gain: doubles(gain), epsilon: 1e-3, outputGradient: doubles(dy))
    #expect(normalizedError(exact, numeric) < 1e-8)
  }

  @Test func zeroRowStaysFinite() {
    let device = CPUDevice(threadCount: 1)
    let zeros = MatrixView(rows: 1, columns: 5)
    let gain = FloatBuffer([Float](repeating: 2, count: 5))
    let y = MatrixView(rows: 1, columns: 5)
    device.rmsNorm(zeros, gain: gain, epsilon: 0.25, output: y)
    #expect(y.values == [0, 0, 0, 0, 0])
    let dy = MatrixView([1, 2, 3, 4, 5], rows: 1, columns: 5)
    device.rmsNormInputGradient(
      zeros, gain: gain, epsilon: 0.25, outputGradient: dy, base: zeros, result: y)
    #expect(y.values == [4, 8, 12, 16, 20])
  }
}

struct SwiGLUTests {
  @Test(arguments: lengths) func matchesTheReference(length: Int) {
    var random = SeededGenerator(seed: UInt64(length) + 9)
    let gate = random.floats(length).map { $0 * 20 }
    let (up, dy) = (random.floats(length), random.floats(length))
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 1, kernelSet: set)
      func row(_ values: [Float]) -> MatrixView { MatrixView(values, rows: 1, columns: length) }
      let (y, dg, du) = (row(up), row(up), row(up))
      device.swiGLU(gate: row(gate), up: row(up), output: y)
      device.swiGLUGradient(
        gate: row(gate), up: row(up), outputGradient: row(dy), gateGradient: dg, upGradient: du)
      let expected = zip(gate, up).map { Reference.swiGLU(Double($0), Double($1)) }
      let gradients = (0..<length).map {
        Reference.swiGLUGradient(Double(gate[$0]), Double(up[$0]), outputGradient: Double(dy[$0]))
      }
      #expect(normalizedError(y.values, expected) < 5e-7, "\(set.name)")
      #expect(normalizedError(dg.values, gradients.map(\.gate)) < 1e-6, "\(set.name)")
      #expect(normalizedError(du.values, gradients.map(\.up)) < 5e-7, "\(set.name)")
    }
  }

  @Test func gradientMatchesFiniteDifferences() {
    for (gate, up) in [(0.0, 1.0), (-3.0, 0.5), (2.5, -1.25)] {
      let exact = Reference.swiGLUGradient(gate, up, outputGradient: 1)
      let numeric = centralDifferences(at: [gate, up]) { Reference.swiGLU($0[0], $0[1]) }
      #expect(normalizedError([exact.gate, exact.up], numeric) < 1e-8)
    }
  }
}

struct RotaryEmbeddingTests {
  @Test(arguments: [2, 10, 34]) func turnsEachPairByItsAngle(headSize: Int) {
    let frequencies = (0..<headSize / 2).map { Float(pow(0.3, Double($0))) }
    let rotary = RotaryEmbedding(frequencies: frequencies, positionCount: 8)
    var random = SeededGenerator(seed: UInt64(headSize))
    let values = random.floats(7 * 3 * headSize)
    let samples = [0..<4, 4..<7]
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      let heads = MatrixView(values, rows: 7, columns: 3 * headSize)
      rotary.rotate(heads, samples: samples, on: device)
      var expected: [Double] = []
      for row in 0..<7 {
        let position = row < 4 ? row : row - 4
        for head in 0..<3 {
          let start = (row * 3 + head) * headSize
          expected += Reference.rotate(
            doubles(Array(values[start..<start + headSize])),
            angles: frequencies.map { Double(Float(position) * $0) })
        }
      }
      #expect(normalizedError(heads.values, expected) < 3e-7, "\(set.name)")
      rotary.rotate(heads, samples: samples, backward: true, on: device)
      #expect(normalizedError(heads.values, doubles(values)) < 5e-7, "\(set.name)")
    }
  }
}

struct CrossEntropyTests {
  @Test(arguments: [2, 16, 100, 2500]) func matchesTheReference(vocabulary: Int) {
    var random = SeededGenerator(seed: UInt64(vocabulary))
    let logits = random.floats(2 * vocabulary).map { $0 * 12 }
    let targets: [Int32] = [0, Int32(vocabulary - 1)]
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      let matrix = MatrixView(logits, rows: 2, columns: vocabulary)
      let plain = device.crossEntropy(matrix, targets: targets)
      let losses = device.crossEntropyGradient(matrix, targets: targets, weights: [1, 0.25])
      #expect(plain == losses)
      for row in 0..<2 {
        let z = doubles(Array(logits[row * vocabulary..<(row + 1) * vocabulary]))
        let target = Int(targets[row])
        #expect(abs(losses[row] - Reference.crossEntropy(z, target: target)) < 3e-6, "\(set.name)")
        let gradient = Reference.crossEntropyGradient(z, target: target)
          .map { $0 * (row == 0 ? 1 : 0.25) }
        #expect(normalizedError(matrix.rows(row..<row + 1).values, gradient) < 1e-6, "\(set.name)")
      }
    }
  }

  @Test func gradientMatchesFiniteDifferences() {
    let logits = [0.3, -1.2, 2.0, 0.0]
    let numeric = centralDifferences(at: logits) { Reference.crossEntropy($0, target: 1) }
    #expect(normalizedError(Reference.crossEntropyGradient(logits, target: 1), numeric) < 1e-8)
  }

  @Test func extremeLogitsNeitherOverflowNorVanish() {
    let device = CPUDevice(threadCount: 1)
    let logits = MatrixView([3e38, -3e38, 0, 3e38], rows: 1, columns: 4)
    let losses = device.crossEntropyGradient(logits, targets: [3], weights: [1])
    #expect(abs(losses[0] - log(2)) < 1e-6)
    #expect(logits.values == [0.5, 0, 0, -0.5])
  }
}
