// SPDX-License-Identifier: Apache-2.0

public import SPINStorage

/// One of the linear layers that share an input x: y = x W^T + b.
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
  ///   - bias: `[N]`, or nil. Its place in the order of the sum is documented at the operations of
  ///     `CPUDevice`.
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
  /// The plain sum, for training.
  case signed
  /// The sum of absolute values, element by element, for importance.
  case absolute
}
