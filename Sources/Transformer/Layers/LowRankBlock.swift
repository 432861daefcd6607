// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
import SPINKernels
import SPINStorage

/// The low-rank changes of the linear layers of one block, forward and backward.
///
/// Layers that share an input are passed together. Their own products are computed by the block;
/// what is added here costs a few percent of them, but for DoRA with dropout, whose formula multiplies
/// every changed matrix with a second input.
public struct LowRankBlock: Sendable {
  /// The changed layers.
  public let layers: [MatrixName.Projection: LowRankLayer]
  private let scratch: LowRankScratch

  /// Changes of a block.
  ///
  /// - Parameter scratch: Memory that blocks share.
  public init(_ layers: [MatrixName.Projection: LowRankLayer], scratch: LowRankScratch) {
    self.layers = layers
    self.scratch = scratch
  }

  /// A linear layer with its output, or the gradient of its output.
  struct Use {
    let projection: MatrixName.Projection
    let values: MatrixView
    let weight: WeightMatrix
    let bias: FloatBuffer?
  }

  /// Whether any of some layers is changed.
  func changes(_ projections: [MatrixName.Projection]) -> Bool {
    projections.contains { layers[$0] != nil }
  }

  /// Turns outputs W x + b into those of the changed layers.
  ///
  /// - Parameters:
  ///   - input: x `[T, K]`.
  ///   - outputs: The layers that share it.
  ///   - state: Stores what the backward pass needs.
  ///   - place: Selects the random numbers of dropout; nil outside of training.
  ///   - device: Where to compute.
  func forward(
    _ input: MatrixView, _ outputs: [Use], state: BlockState, at place: DropoutPlace?,
    on device: any Device
  ) {
    let uses = outputs.filter { layers[$0.projection] != nil }
    guard !uses.isEmpty else { return }
    let inner = inner(input, uses, at: place, on: device)
    for use in uses {
      guard let layer = layers[use.projection], let u = inner[use.projection] else { continue }
      guard let magnitude = layer.magnitude else {
        device.linearInputGradient([(u, layer.bMatrix)], into: use.values, accumulates: true)
        continue
      }
      // z = W d(x) + s B A d(x)
      let z = state.lowRankOutput(use.projection)
      if layer.dropout(at: place) != nil {
        device.linear(
          dropped(input, use.projection, at: place, on: device),
          [
            .init(use.weight, output: z)
          ])
        device.subtract(use.values, z, result: use.values)
        device.linearInputGradient([(u, layer.bMatrix)], into: z, accumulates: true)
        device.scaleColumns(
          z, by: magnitude.factors, bias: nil, result: use.values, accumulates: true)
      } else {
        let bias = use.bias.map {
          MatrixView($0, rows: 1, columns: $0.count).repeated(use.values.rows)
        }
        if let bias {
          device.subtract(use.values, bias, result: z)
        } else {
          device.copy(use.values, to: z)
        }
        device.linearInputGradient([(u, layer.bMatrix)], into: z, accumulates: true)
        device.scaleColumns(z, by: magnitude.factors, bias: use.bias, result: use.values)
      }
    }
  }

  /// Adds the gradients of the changes; the first half of the backward pass.
  ///
  /// - Parameters:
  ///   - input: x `[T, K]`, as in the forward pass.
  ///   - gradients: For each layer that shares it dy `[T, N]`; not changed.
  ///   - state: As the forward pass filled it.
  ///   - samples: The rows of each sample.
  ///   - place: As in the forward pass.
  ///   - device: Where to compute.
  /// - Returns: The dy of the products W^T dy, for `addInputGradient` afterwards.
  func backward(
    _ input: MatrixView, _ gradients: [Use], state: BlockState, samples: [Range<Int>],
    at place: DropoutPlace?, on device: any Device
  ) -> [(outputGradient: MatrixView, weight: WeightMatrix)] {
    let uses = gradients.filter { layers[$0.projection] != nil }
    guard !uses.isEmpty else { return gradients.map { ($0.values, $0.weight) } }
    let inner = inner(input, uses, at: place, on: device)
    var products: [(outputGradient: MatrixView, weight: WeightMatrix)] = []
    for use in gradients {
      guard let layer = layers[use.projection], let u = inner[use.projection] else {
        products.append((use.values, use.weight))
        continue
      }
      let dropout = layer.dropout(at: place)
      var dy = use.values
      if let magnitude = layer.magnitude {
        device.addColumnFactorGradient(
          state.lowRankOutput(use.projection), outputGradient: dy, divisors: magnitude.norms,
          samples: samples, to: magnitude.gradient)
        dy = scratch.matrix(.outputGradient, use.projection, dy.rows, dy.columns, on: device)
        device.scaleColumns(use.values, by: magnitude.factors, result: dy)
      }
      products.append((dropout == nil ? dy : use.values, use.weight))
      let du = scratch.matrix(.innerGradient, use.projection, u.rows, u.columns, on: device)
      device.linear(dy, [.init(layer.bMatrix, output: du)])
      device.scale(du, by: layer.scale)
      device.addWeightGradients(dy, [(u, layer.bGradient)], samples: samples, as: .signed)
      device.addWeightGradients(
        dropped(input, use.projection, at: place, on: device), [(du, layer.aGradient)],
        samples: samples, as: .signed)
    }
    return products
  }

  /// Adds what reaches the input through the changes; the second half of the backward pass, after the
  /// products with the matrices themselves.
  func addInputGradient(
    _ gradients: [Use], to result: MatrixView, at place: DropoutPlace?, on device: any Device
  ) {
    var plain: [(outputGradient: MatrixView, weight: WeightMatrix)] = []
    for use in gradients {
      guard let layer = layers[use.projection] else { continue }
      let du = scratch.matrix(.innerGradient, use.projection, result.rows, layer.a.rows, on: device)
      guard let dropout = layer.dropout(at: place) else {
        plain.append((du, layer.aMatrix))
        continue
      }
      var terms = [(outputGradient: du, weight: layer.aMatrix)]
      if layer.magnitude != nil {
        let dy = scratch.matrix(
          .outputGradient, use.projection, use.values.rows, use.values.columns, on: device)
        device.subtract(dy, use.values, result: dy)
        terms.append((dy, use.weight))
      }
      let part = scratch.matrix(.dropped, nil, result.rows, result.columns, on: device)
      device.linearInputGradient(terms, into: part)
      dropout.apply(
        part, firstRow: place?.firstToken ?? 0, result: result, accumulates: true, on: device)
    }
    if !plain.isEmpty { device.linearInputGradient(plain, into: result, accumulates: true) }
  }

  /// s A d(x) `[T, R]` of each layer.
  private func inner(
    _ input: MatrixView, _ uses: [Use], at place: DropoutPlace?, on device: any Device
  ) -> [MatrixName.Projection: MatrixView] {
    var result: [MatrixName.Projection: MatrixView] = [:]
    var shared: [LinearTerm] = []
    for use in uses {
      guard let layer = layers[use.projection] else { continue }
      let u = scratch.matrix(.inner, use.projection, input.rows, layer.a.rows, on: device)
      result[use.projection] = u
      let term = LinearTerm(layer.aMatrix, output: u)
      if layer.dropout(at: place) == nil {
        shared.append(term)
      } else {
        device.linear(dropped(input, use.projection, at: place, on: device), [term])
      }
    }
    if !shared.isEmpty { device.linear(input, shared) }
    for (projection, u) in result {
      guard let layer = layers[projection] else { continue }
      device.scale(u, by: layer.scale)
    }
    return result
  }

  /// The dropped input d(x) of a layer, one at a time.
  ///
  /// It is the input itself where nothing is dropped.
  private func dropped(
    _ input: MatrixView, _ projection: MatrixName.Projection, at place: DropoutPlace?,
    on device: any Device
  ) -> MatrixView {
    guard let layer = layers[projection], let place, let dropout = layer.dropout(at: place) else {
      return input
    }
    let result = scratch.matrix(.dropped, nil, input.rows, input.columns, on: device)
    dropout.apply(input, firstRow: place.firstToken, result: result, on: device)
    return result
  }
}

/// Memory for low-rank changes that blocks share while they compute; its content is arbitrary.
///
/// It belongs to one caller, as `Device` does.
public final class LowRankScratch: @unchecked Sendable {
  enum Role: Hashable { case inner, innerGradient, outputGradient, dropped }
  private struct Key: Hashable {
    let role: Role
    let projection: MatrixName.Projection?
  }
  private var buffers: [Key: FloatBuffer] = [:]

  /// Memory that grows to the requested size.
  public init() {}

  func matrix(
    _ role: Role, _ projection: MatrixName.Projection?, _ rows: Int, _ columns: Int,
    on device: any Device
  ) -> MatrixView {
    let key = Key(role: role, projection: projection)
    if buffers[key]?.count ?? 0 < rows * columns {
      buffers[key] = device.buffer(count: rows * columns)
    }
    guard let buffer = buffers[key] else { preconditionFailure("no buffer") }
    return MatrixView(buffer, rows: rows, columns: columns)
  }
}
