// SPDX-License-Identifier: Apache-2.0

public import SPINKernels
public import SPINStorage

/// A change of hidden states within a low-rank subspace, forward and backward.
///
/// With Q `[D, r]`, whose columns are orthonormal, a source W `[r, D]` and b `[r]`, for each row h:
///
///     h' = h + Q (W h + b - Q^T h)
///
/// In the directions of Q the state becomes W h + b; in all others it does not change.
///
/// - Precision: W - Q^T is rounded once and multiplied once, so results are not those of two products;
///   within 2e-6 of float64, relative to the largest state (`LowRankInterventionTests`). Sums have the
///   order of `Device.linear`, so a row does not depend on the others.
/// - Source: LoReFT, Wu et al. 2024, arXiv:2404.03592, equation 2, where R is Q^T; pyreft dafd099,
///   `LoreftIntervention` (`rotate_layer` is Q).
public struct LowRankIntervention: Sendable {
  /// The number of directions r.
  public let rank: Int
  /// The size D of a hidden state.
  public let hiddenSize: Int

  private let rotation: WeightMatrix
  private let difference: WeightMatrix
  private let bias: FloatBuffer

  /// Makes an intervention.
  ///
  /// - Parameters:
  ///   - rotation: Q `[D, r]`.
  ///   - source: W `[r, D]`.
  ///   - bias: b `[r]`.
  public init(rotation: MatrixView, source: MatrixView, bias: FloatBuffer) {
    let (size, rank) = (rotation.rows, rotation.columns)
    precondition(source.rows == rank && source.columns == size, "source: shape")
    precondition(bias.count == rank, "bias: shape")
    self.rank = rank
    hiddenSize = size
    self.bias = bias
    let difference = FloatBuffer(count: rank * size)
    for row in 0..<rank {
      for column in 0..<size {
        difference[row * size + column] = source[row, column] - rotation[column, row]
      }
    }
    self.rotation = WeightMatrix(
      name: "rotate_layer", values: FloatBuffer(rotation.values), rows: size, columns: rank)
    self.difference = WeightMatrix(
      name: "learned_source", values: difference, rows: rank, columns: size)
  }

  /// h' of some rows.
  ///
  /// - Parameters:
  ///   - input: h `[P, D]`.
  ///   - output: h' `[P, D]`, another memory than the input.
  public func forward(_ input: MatrixView, output: MatrixView, on device: any Device) {
    let change = device.matrix(rows: input.rows, columns: rank)
    device.linear(input, [.init(difference, bias: bias, output: change)])
    device.linear(change, [.init(rotation, output: output)])
    device.add(output, input, result: output)
  }

  /// Sums from which the gradients of the three parameters come.
  ///
  /// Over the rows of each sample in one chain, sample after sample, whatever the batches:
  ///
  ///     source = sum of dc h^T,   bias = sum of dc,   outer = sum of dh' c^T
  ///
  /// The first two are dW and db; dQ is `outer - source^T`.
  public struct Gradients: Sendable {
    /// dW `[r, D]`.
    public let source: MatrixView
    /// db `[r]`.
    public let bias: FloatBuffer
    let outer: MatrixView

    /// Sums that go on from what two buffers hold.
    ///
    /// - Parameters:
    ///   - source: `[r * D]`.
    ///   - bias: `[r]`.
    ///   - device: Whose memory they are in.
    public init(source: FloatBuffer, bias: FloatBuffer, on device: any Device) {
      precondition(source.count % max(1, bias.count) == 0, "source: shape")
      let (rank, size) = (bias.count, source.count / max(1, bias.count))
      self.source = MatrixView(source, rows: rank, columns: size)
      self.bias = bias
      outer = device.matrix(rows: size, columns: rank)
    }

    /// dQ `[D, r]`, row by row.
    public func rotation(on device: any Device) -> [Float] {
      let (outer, source) = (device.values(of: outer), device.values(of: source))
      let (size, rank) = (self.outer.rows, self.outer.columns)
      return (0..<size).flatMap { row in
        (0..<rank).map { outer[row * rank + $0] - source[$0 * size + row] }
      }
    }
  }

  /// Turns the gradient of h' into that of h, in place, and adds to the sums of the parameters.
  ///
  /// With c = W h + b - Q^T h and dc = Q^T dh' for each row:
  ///
  ///     dh = dh' + (W - Q^T)^T dc
  ///
  /// - Parameters:
  ///   - input: h `[P, D]`, as in the forward pass.
  ///   - gradient: dh' `[P, D]`; becomes dh.
  ///   - samples: The rows of each sample.
  ///   - gradients: Where the parameters' gradients are added.
  ///   - device: Where to compute.
  public func backward(
    _ input: MatrixView, gradient: MatrixView, samples: [Range<Int>], into gradients: Gradients,
    on device: any Device
  ) {
    guard input.rows > 0 else { return }
    let change = device.matrix(rows: input.rows, columns: rank)
    let changeGradient = device.matrix(rows: input.rows, columns: rank)
    device.linear(input, [.init(difference, bias: bias, output: change)])
    device.linearInputGradient([(gradient, rotation)], into: changeGradient)
    device.addWeightGradients(
      input, [(changeGradient, gradients.source)], samples: samples, as: .signed)
    device.addWeightGradients(
      change, [(gradient, gradients.outer)], samples: samples, as: .signed)
    let one = MatrixView([1], rows: 1, columns: 1).repeated(input.rows)
    let bias = MatrixView(gradients.bias, rows: rank, columns: 1)
    device.addWeightGradients(one, [(changeGradient, bias)], samples: samples, as: .signed)
    device.linearInputGradient([(changeGradient, difference)], into: gradient, accumulates: true)
  }
}
