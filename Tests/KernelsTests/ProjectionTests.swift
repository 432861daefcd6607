// SPDX-License-Identifier: Apache-2.0

import SPINKernels
import SPINStorage
import SPINTestSupport
import Testing

/// Sets whose arithmetic is fused: all of them give the same bits.
private let fusedSets = KernelSet.available.filter { $0.name != "baseline" }

struct ProjectionTests {
  /// The documented order: sixteen interleaved chains, then a tree, then the bias.
  private func interleaved(_ x: ArraySlice<Float>, _ w: ArraySlice<Float>, _ bias: Float?) -> Float
  {
    var sums = [Float](repeating: 0, count: 16)
    for (index, (a, b)) in zip(x, w).enumerated() {
      sums[index % 16] = sums[index % 16].addingProduct(a, b)
    }
    while sums.count > 1 {
      let half = sums.count / 2
      sums = (0..<half).map { sums[$0] + sums[$0 + half] }
    }
    return bias.map { sums[0] + $0 } ?? sums[0]
  }

  /// Around the edges of lanes (16), of tiles (8 rows, 6 inputs) and of a task's rows.
  @Test(arguments: [(1, 1), (7, 15), (8, 16), (13, 17), (33, 100), (70, 257)])
  func rowsAreTheDocumentedSumsWhateverStandsBeside(outputs: Int, inputs: Int) {
    var random = SeededGenerator(seed: UInt64(outputs * 1000 + inputs))
    let most = 70
    let (x, w) = (random.floats(most * inputs), random.floats(outputs * inputs))
    let bias = random.floats(outputs)
    let weight = WeightMatrix(name: "w", values: FloatBuffer(w), rows: outputs, columns: inputs)
    let expected = (0..<most * outputs).map { index in
      let (row, n) = index.quotientAndRemainder(dividingBy: outputs)
      return interleaved(
        x[row * inputs..<(row + 1) * inputs], w[n * inputs..<(n + 1) * inputs], bias[n])
    }
    for set in fusedSets {
      for rows in [1, 2, 3, 5, 6, 7, 12, 13, 64, 70] {
        for threads in [1, 3] {
          let device = CPUDevice(threadCount: threads, kernelSet: set)
          let y = MatrixView(rows: rows, columns: outputs)
          device.project(
            MatrixView(Array(x[..<(rows * inputs)]), rows: rows, columns: inputs),
            [.init(weight, bias: FloatBuffer(bias), output: y)])
          #expect(
            y.values == Array(expected[..<(rows * outputs)]), "\(set.name), \(rows), \(threads)")
        }
      }
    }
  }

  @Test func everySetIsCloseToDoublePrecision() {
    var random = SeededGenerator(seed: 5)
    let (rows, inputs, outputs) = (5, 301, 37)
    let (x, w) = (random.floats(rows * inputs), random.floats(outputs * inputs))
    let expected = Reference.linear(
      x.map(Double.init), w.map(Double.init), tokens: rows, inputs: inputs, outputs: outputs)
    for set in KernelSet.available {
      let y = MatrixView(rows: rows, columns: outputs)
      CPUDevice(threadCount: 1, kernelSet: set).project(
        MatrixView(x, rows: rows, columns: inputs),
        [
          .init(
            WeightMatrix(name: "w", values: FloatBuffer(w), rows: outputs, columns: inputs),
            output: y)
        ])
      for (found, expected) in zip(y.values, expected) {
        // 19 terms a chain of values below 1, at 6e-8 each, and room for the tree.
        #expect(abs(Double(found) - expected) < 1e-5, "\(set.name)")
      }
    }
  }

  @Test(arguments: [nil, 3, 1]) func decodingIsTheLastRowOfAttention(window: Int?) {
    var random = SeededGenerator(seed: 9)
    // A head size that is no multiple of sixteen, and groups of three heads.
    let (heads, groups, size) = (6, 2, 20)
    let lengths = [1, 2, 9, 40]
    let attention = CausalAttention(
      headCount: heads, keyValueHeadCount: groups, headSize: size, window: window)
    var contexts: [CausalAttention.Context] = []
    var queries: [Float] = []
    var expected: [Double] = []
    for length in lengths {
      let q = random.floats(length * heads * size)
      let (k, v) = (random.floats(length * groups * size), random.floats(length * groups * size))
      contexts.append(
        .init(
          key: MatrixView(k, rows: length, columns: groups * size),
          value: MatrixView(v, rows: length, columns: groups * size)))
      queries += q.suffix(heads * size)
      expected += Reference.attention(
        q.map(Double.init), k.map(Double.init), v.map(Double.init),
        .init(
          tokens: length, heads: heads, keyValueHeads: groups, headSize: size, window: window)
      ).suffix(heads * size)
    }
    let query = MatrixView(queries, rows: lengths.count, columns: heads * size)
    for set in KernelSet.available {
      let output = MatrixView(rows: lengths.count, columns: heads * size)
      let device = CPUDevice(threadCount: 2, kernelSet: set)
      attention.decode(query: query, contexts: contexts, output: output, on: device)
      for (found, expected) in zip(output.values, expected) {
        // Means of values below 1 with weights known to a few 1e-7.
        #expect(abs(Double(found) - expected) < 2e-6, "\(set.name)")
      }
      // A sequence alone gives the same bits as among others.
      for row in lengths.indices {
        let alone = MatrixView(rows: 1, columns: heads * size)
        attention.decode(
          query: query.rows(row..<row + 1), contexts: [contexts[row]], output: alone,
          on: CPUDevice(threadCount: 1, kernelSet: set))
        #expect(alone.values == output.rows(row..<row + 1).values)
      }
    }
  }

  @Test func theLargestIndexIsTheFirstOfEquals() {
    let rows: [[Float]] = [[1, 3, 3], [-.infinity, -.infinity, -5], [.nan, 9, 1], [2, .nan, 1]]
    let matrix = MatrixView(rows.flatMap(\.self), rows: 4, columns: 3)
    #expect(CPUDevice(threadCount: 1).largestIndices(of: matrix) == [1, 2, nil, nil])
  }
}
