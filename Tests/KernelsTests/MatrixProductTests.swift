// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

/// Token counts, inputs and outputs around the edges of tiles and blocks.
private let shapes: [(tokens: Int, inputs: Int, outputs: Int)] = [
  (1, 1, 1), (1, 40, 7), (11, 13, 33), (12, 256, 32), (13, 257, 31), (25, 300, 65), (97, 513, 130),
]

/// Sets whose arithmetic is fused: all of them give the same bits.
private let fusedSets = KernelSet.available.filter { $0.name != "baseline" }

struct MatrixProductTests {
  /// Σ over blocks of 256 terms, each a chain of fused multiply-adds: the documented order.
  private func chain(_ terms: some Sequence<(Float, Float)>, blocks: Bool = true) -> Float {
    var (total, block, count, first): (Float, Float, Int, Bool) = (0, 0, 0, true)
    for (a, b) in terms {
      block = block.addingProduct(a, b)
      count += 1
      if blocks, count == 256 {
        total = first ? block : total + block
        (block, count, first) = (0, 0, false)
      }
    }
    if first { return block }
    return count > 0 ? total + block : total
  }

  @Test(arguments: shapes) func productsAreTheDocumentedChainsToTheBit(
    shape: (tokens: Int, inputs: Int, outputs: Int)
  ) {
    let (t, k, n) = shape
    var random = SeededGenerator(seed: UInt64(t * 1000 + k))
    let (x, w, dy) = (random.floats(t * k), random.floats(n * k), random.floats(t * n))
    let weight = WeightMatrix(name: "w", values: FloatBuffer(w), rows: n, columns: k)
    let expectedOutput = (0..<t * n).map { index in
      chain((0..<k).lazy.map { (x[index / n * k + $0], w[index % n * k + $0]) })
    }
    let expectedInput = (0..<t * k).map { index in
      chain((0..<n).lazy.map { (dy[index / k * n + $0], w[$0 * k + index % k]) })
    }
    for set in fusedSets {
      for threads in [1, 3] {
        let device = CPUDevice(threadCount: threads, kernelSet: set)
        let y = MatrixView(rows: t, columns: n)
        device.linear(MatrixView(x, rows: t, columns: k), [.init(weight, output: y)])
        #expect(y.values == expectedOutput, "\(set.name), \(threads) threads")
        let dx = MatrixView(rows: t, columns: k)
        device.linearInputGradient([(MatrixView(dy, rows: t, columns: n), weight)], into: dx)
        #expect(dx.values == expectedInput, "\(set.name), \(threads) threads")
      }
    }
  }

  @Test(arguments: shapes) func weightGradientsAddTheAbsoluteChainOfEachSample(
    shape: (tokens: Int, inputs: Int, outputs: Int)
  ) {
    let (t, k, n) = shape
    var random = SeededGenerator(seed: UInt64(t + 77))
    let (x, dy, start) = (random.floats(t * k), random.floats(t * n), random.floats(n * k))
    let cut = t / 3
    let samples = [0..<cut, cut..<t]
    for sum in [GradientSum.absolute, .signed] {
      let expected = (0..<n * k).map { index in
        samples.filter { !$0.isEmpty }.reduce(start[index]) { total, sample in
          let gradient = chain(
            sample.lazy.map { (dy[$0 * n + index / k], x[$0 * k + index % k]) }, blocks: false)
          return total + (sum == .absolute ? abs(gradient) : gradient)
        }
      }
      for set in fusedSets {
        let device = CPUDevice(threadCount: 2, kernelSet: set)
        let total = MatrixView(start, rows: n, columns: k)
        device.addWeightGradients(
          MatrixView(x, rows: t, columns: k), [(MatrixView(dy, rows: t, columns: n), total)],
          samples: samples, as: sum)
        #expect(total.values == expected, "\(set.name)")
      }
    }
  }

  @Test func biasAndSharedInputsAddInOrder() {
    var random = SeededGenerator(seed: 5)
    let (t, k) = (9, 70)
    let x = random.floats(t * k)
    let (wide, narrow) = (random.floats(50 * k), random.floats(3 * k))
    let bias = random.floats(50)
    let weights = [
      WeightMatrix(name: "a", values: FloatBuffer(wide), rows: 50, columns: k),
      WeightMatrix(name: "b", values: FloatBuffer(narrow), rows: 3, columns: k),
    ]
    for set in KernelSet.available {
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      let (a, b) = (MatrixView(rows: t, columns: 50), MatrixView(rows: t, columns: 3))
      device.linear(
        MatrixView(x, rows: t, columns: k),
        [
          .init(weights[0], bias: FloatBuffer(bias), output: a),
          .init(weights[1], output: b),
        ])
      let expected = Reference.linear(
        doubles(x), doubles(wide), bias: doubles(bias), tokens: t, inputs: k, outputs: 50)
      // 70 products of numbers below 1: errors near 70 * 2^-24 of the largest sum at worst.
      #expect(normalizedError(a.values, expected) < 1e-6, "\(set.name)")
      let dx = MatrixView(rows: t, columns: k)
      device.linearInputGradient([(a, weights[0]), (b, weights[1])], into: dx)
      let parts = [(a, wide, 50), (b, narrow, 3)].map { dy, weight, outputs in
        Reference.linearInputGradient(
          doubles(dy.values), doubles(weight), tokens: t, inputs: k, outputs: outputs)
      }
      #expect(normalizedError(dx.values, zip(parts[0], parts[1]).map(+)) < 1e-6, "\(set.name)")
    }
  }

  @Test func halfPrecisionWeightsAreWidenedExactly() throws {
    let directory = try TemporaryDirectory()
    var random = SeededGenerator(seed: 11)
    let (t, k, n) = (5, 37, 19)
    let x = random.floats(t * k)
    var values = random.floats(n * k)
    values[0] = 0x1p-24  // the smallest subnormal of binary16
    values[1] = -65504
    for type in [ElementType.float16, .bfloat16, .float32] {
      // One byte of padding in front: files promise no alignment.
      var bytes: [UInt8] = [0]
      for value in values {
        switch type {
        case .float16: withBytes(of: HalfPrecision.float16(value)) { bytes += $0 }
        case .bfloat16: withBytes(of: HalfPrecision.bfloat16(value)) { bytes += $0 }
        case .float32: withBytes(of: value.bitPattern) { bytes += $0 }
        }
      }
      let path = directory.file("\(type).bin")
      try Data(bytes).write(to: URL(filePath: path))
      let weight = WeightMatrix(
        name: "w", file: try MappedFile(path: path), offset: 1, elementType: type, rows: n,
        columns: k)
      let widened = values.map { value -> Float in
        switch type {
        case .float16: HalfPrecision.float(float16: HalfPrecision.float16(value))
        case .bfloat16: HalfPrecision.float(bfloat16: HalfPrecision.bfloat16(value))
        case .float32: value
        }
      }
      #expect(weight.values(rows: 0..<n) == widened)
      let copy = WeightMatrix(name: "w", values: FloatBuffer(widened), rows: n, columns: k)
      for set in KernelSet.available {
        let device = CPUDevice(threadCount: 1, kernelSet: set)
        let (a, b) = (MatrixView(rows: t, columns: n), MatrixView(rows: t, columns: n))
        let input = MatrixView(x, rows: t, columns: k)
        device.linear(input, [.init(weight, output: a)])
        device.linear(input, [.init(copy, output: b)])
        #expect(a.values == b.values, "\(type) on \(set.name)")
      }
    }
  }

  private func withBytes<T: FixedWidthInteger>(of value: T, _ body: ([UInt8]) -> Void) {
    body((0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) })
  }
}
