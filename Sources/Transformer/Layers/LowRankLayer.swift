// SPDX-License-Identifier: Apache-2.0

public import SPINKernels
public import SPINStorage

/// The low-rank change of one linear layer while it is trained.
///
///     y = W x + b + s B A d(x)                                (LoRA)
///     y = W x + b + (g - 1) (W d(x)) + g s B A d(x)           (DoRA, g = m / ||W + s B A||_row)
///
/// with dropout d; without it, DoRA is y = g (W x + s B A x) + b. The norm counts as a constant in the
/// backward pass, as in the paper. B is stored transposed, `[R, N]`, so that forward and backward use the
/// products of ordinary linear layers.
///
/// - Source: `Linear.forward` and `DoraLinearVariant.forward` in peft 0.21.2; Hu et al. 2021,
///   arXiv:2106.09685; Liu et al. 2024, arXiv:2402.09353, section 4.3.
public struct LowRankLayer: Sendable {
  /// The magnitudes that DoRA adds to LoRA.
  public struct Magnitude: Sendable {
    /// m `[N]`, its gradient, the norms of the rows of W + s B A, and g = m / norm.
    public let values, gradient, norms, factors: FloatBuffer

    /// Stores the given buffers; `updateFactors` fills norms and factors.
    public init(values: FloatBuffer, gradient: FloatBuffer) {
      self.values = values
      self.gradient = gradient
      norms = FloatBuffer(count: values.count)
      factors = FloatBuffer(count: values.count)
    }
  }

  /// A `[R, K]` and B transposed `[R, N]`.
  public let a, b: MatrixView
  /// The gradients of A and B.
  public let aGradient, bGradient: MatrixView
  /// The factor s.
  public let exactScale: Double
  /// DoRA's magnitudes; nil for LoRA.
  public let magnitude: Magnitude?
  /// The dropout probability of the inputs of A.
  public let dropout: Float
  /// The seed and the tensor that select the random numbers of dropout.
  public let seed: UInt64, dropoutTensor: Int

  let aMatrix, bMatrix: WeightMatrix
  var scale: Float { Float(exactScale) }

  /// An update of a linear layer; gradients are added to the given buffers.
  ///
  /// - Precondition: matrices fill their buffers, and shapes belong together.
  public init(
    a: MatrixView, b: MatrixView, aGradient: MatrixView, bGradient: MatrixView, scale: Double,
    magnitude: Magnitude? = nil, dropout: Float = 0, seed: UInt64 = 0, dropoutTensor: Int = 0
  ) {
    precondition(a.rows == b.rows, "factors of different ranks")
    precondition(magnitude.map { $0.values.count == b.columns } ?? true, "magnitude: count")
    (self.a, self.b, self.aGradient, self.bGradient) = (a, b, aGradient, bGradient)
    exactScale = scale
    self.magnitude = magnitude
    self.dropout = dropout
    self.seed = seed
    self.dropoutTensor = dropoutTensor
    aMatrix = WeightMatrix(name: "A", values: a.buffer, rows: a.rows, columns: a.columns)
    bMatrix = WeightMatrix(name: "B", values: b.buffer, rows: b.rows, columns: b.columns)
  }

  /// Elements of a block of rows of W + s B A.
  private static let normBlock = 1 << 18

  /// Recomputes norms and factors of DoRA's rows; does nothing for LoRA.
  ///
  /// - Parameter weight: W `[N, K]`.
  public func updateFactors(_ weight: WeightMatrix, on device: any Device) {
    guard let magnitude else { return }
    let values = device.values(of: magnitude.values)
    let step = max(1, Self.normBlock / weight.columns)
    let room = device.matrix(rows: min(step, weight.rows), columns: weight.columns)
    for start in stride(from: 0, to: weight.rows, by: step) {
      let rows = start..<min(start + step, weight.rows)
      let sum = room.rows(0..<rows.count)
      device.clear(room.buffer, count: room.buffer.count)
      let columns = MatrixView(
        b.buffer, offset: b.offset + start, rows: b.rows, columns: rows.count, stride: b.stride)
      device.addWeightGradients(a, [(columns, sum)], samples: [0..<a.rows], as: .signed)
      device.addWeight(weight, rows: rows, scale: scale, change: sum)
      for (row, norm) in zip(rows, device.rowNorms(sum)) {
        magnitude.norms[row] = norm
        magnitude.factors[row] = values[row] / norm
      }
    }
  }

  /// The numbers of dropout in a step; nil where nothing is dropped.
  func dropout(at place: DropoutPlace?) -> Dropout? {
    guard let place, dropout > 0 else { return nil }
    return Dropout(
      rate: dropout,
      generator: CounterGenerator(seed: seed, step: place.step, tensor: dropoutTensor))
  }
}

/// Which numbers of dropout belong to some rows.
public struct DropoutPlace: Sendable {
  /// The optimizer step.
  public let step: Int
  /// The index of the first row among all tokens of the step.
  public let firstToken: Int

  /// Rows of a step.
  public init(step: Int, firstToken: Int) {
    self.step = step
    self.firstToken = firstToken
  }
}
