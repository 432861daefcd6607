// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Reference {
  /// The gradient of the gain of RMS normalization, summed over the rows of x.
  package static func gainGradient(
    _ x: [Double], epsilon: Double, outputGradient dy: [Double], columns: Int
  ) -> [Double] {
    var gradient = [Double](repeating: 0, count: columns)
    for start in stride(from: 0, to: x.count, by: columns) {
      let row = x[start..<start + columns]
      let r = 1 / (row.reduce(0) { $0 + $1 * $1 } / Double(columns) + epsilon).squareRoot()
      for j in 0..<columns { gradient[j] += dy[start + j] * x[start + j] * r }
    }
    return gradient
  }

  /// The gradient of a bias: the sum of each column of dy.
  package static func biasGradient(_ dy: [Double], columns: Int) -> [Double] {
    var gradient = [Double](repeating: 0, count: columns)
    for (index, value) in dy.enumerated() { gradient[index % columns] += value }
    return gradient
  }

  /// The gradient of an embedding `[rows, columns]` of which the rows `indices` were looked up.
  package static func embeddingGradient(
    _ dy: [Double], _ indices: [Int], rows: Int, columns: Int
  ) -> [Double] {
    var gradient = [Double](repeating: 0, count: rows * columns)
    for (row, index) in indices.enumerated() {
      for j in 0..<columns { gradient[index * columns + j] += dy[row * columns + j] }
    }
    return gradient
  }

  /// One step of AdamW for one parameter.
  package static func adamW(
    value: inout Double, gradient: Double, mean: inout Double, square: inout Double, rate: Double,
    beta1: Double, beta2: Double, epsilon: Double, decay: Double, number: Int
  ) {
    value -= rate * decay * value
    mean = beta1 * mean + (1 - beta1) * gradient
    square = beta2 * square + (1 - beta2) * gradient * gradient
    let corrected = mean / (1 - pow(beta1, Double(number)))
    let root = (square / (1 - pow(beta2, Double(number)))).squareRoot()
    value -= rate * corrected / (root + epsilon)
  }
}
