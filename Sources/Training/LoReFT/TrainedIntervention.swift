// SPDX-License-Identifier: Apache-2.0

package import SPINAdapters
package import SPINKernels
import SPINStorage
import SPINTransformer

/// The numbers of one intervention while they are trained.
package struct TrainedIntervention {
  /// The rotation as a function of free numbers.
  package let frame: OrthogonalFrame
  /// The free numbers `[D, r]` of the rotation; those on the diagonal and above stay zero.
  package let free: Parameter
  /// W `[r, D]`.
  package let source: Parameter
  /// b `[r]`.
  package let bias: Parameter
  private let device: any Device

  /// All parameters of the intervention.
  var parameters: [Parameter] { [free, source, bias] }

  /// Draws the first numbers as pyreft does: a rotation that is uniform among all, W and b uniform
  /// between -1/sqrt(D) and 1/sqrt(D).
  ///
  /// - Parameters:
  ///   - key: The intervention's name.
  ///   - index: Which intervention; tells its draws from those of the others.
  /// - Source: `torch.nn.init.orthogonal_`, `torch.nn.Linear.reset_parameters` (PyTorch 2.13).
  package init(key: String, index: Int, shape: LoReFT.Shape, seed: UInt64, on device: any Device) {
    let (size, rank) = (shape.hiddenSize, shape.rank)
    func generator(_ tensor: Int) -> CounterGenerator {
      CounterGenerator(seed: seed, tensor: 3 * index + tensor)
    }
    func uniform(_ count: Int, _ tensor: Int) -> [Float] {
      let values = device.buffer(count: count)
      device.fillUniform(
        values, bound: Float(1 / Double(size).squareRoot()), from: generator(tensor))
      return device.values(of: values)
    }
    let normals = generator(0)
    let matrix = (0..<size * rank).map { element in
      let pair = normals.normals(UInt64(element / 2))
      return element % 2 == 0 ? pair.0 : pair.1
    }
    self.init(
      key: key, frame: OrthogonalFrame(startingAt: matrix, size: size, rank: rank),
      source: uniform(size * rank, 1), bias: uniform(rank, 2), on: device)
  }

  /// Starts at given numbers.
  package init(
    key: String, frame: OrthogonalFrame, source: [Float], bias: [Float], on device: any Device
  ) {
    self.device = device
    let (size, rank) = (frame.size, frame.rank)
    func parameter(_ name: String, _ shape: [Int], _ values: FloatBuffer, decays: Bool) -> Parameter
    {
      Parameter(
        name: "\(key).\(name)", shape: shape, values: values,
        gradient: device.buffer(count: values.count), decays: decays)
    }
    self.frame = frame
    // Decay would destroy PyTorch's rotation (see `OrthogonalFrame`) and pull ours to its start.
    free = parameter(
      "rotate_layer.parametrizations.weight.original", [size, rank],
      device.buffer(count: size * rank), decays: false)
    self.source = parameter(
      "learned_source.weight", [rank, size], device.buffer(source), decays: true)
    self.bias = parameter("learned_source.bias", [rank], device.buffer(bias), decays: false)
  }

  /// What the numbers are now.
  package var values: LoReFT.Intervention {
    LoReFT.Intervention(
      rotateLayer: frame.matrix(device.values(of: free.values)).map(Float.init),
      sourceWeight: device.values(of: source.values), sourceBias: device.values(of: bias.values))
  }

  /// Sums that add to the gradients of W and b as they come.
  var gradients: LowRankIntervention.Gradients {
    LowRankIntervention.Gradients(source: source.gradient, bias: bias.gradient, on: device)
  }

  /// Adds the gradient of the rotation, as sums of a whole step give it, to that of its free numbers.
  func finish(_ gradients: LowRankIntervention.Gradients) {
    let gradient = frame.gradient(
      device.values(of: free.values), of: gradients.rotation(on: device).map(Double.init))
    var sums = device.values(of: free.gradient)
    for (index, value) in gradient.enumerated() where value != 0 { sums[index] += Float(value) }
    device.upload(sums, to: free.gradient)
  }
}

extension LoReFT.Intervention {
  /// What a decoder computes with.
  func computed(_ shape: LoReFT.Shape) -> LowRankIntervention {
    LowRankIntervention(
      rotation: MatrixView(rotateLayer, rows: shape.hiddenSize, columns: shape.rank),
      source: MatrixView(sourceWeight, rows: shape.rank, columns: shape.hiddenSize),
      bias: FloatBuffer(sourceBias))
  }
}
