// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// One use of an input: y = x W^T + bias.
public struct LinearTerm {
  /// W `[N, K]`.
  package let weight: WeightMatrix
  /// b `[N]`.
  package let bias: FloatBuffer?
  /// y `[T, N]`.
  package let output: MatrixView

  /// A product to compute.
  ///
  /// - Parameters:
  ///   - weight: `[N, K]`.
  ///   - bias: `[N]`, added first.
  ///   - output: `[T, N]`, overwritten.
  public init(_ weight: WeightMatrix, bias: FloatBuffer? = nil, output: MatrixView) {
    precondition(output.columns == weight.rows, "output does not fit the weight")
    precondition(bias.map { $0.count == weight.rows } ?? true, "bias does not fit the weight")
    self.weight = weight
    self.bias = bias
    self.output = output
  }
}

/// How the weight gradient of each sample enters its accumulator.
public enum GradientSum: Sendable {
  /// Plain sum, as for training.
  case signed
  /// Sum of absolute values, element by element: what importance is made of.
  case absolute
}
