// SPDX-License-Identifier: Apache-2.0

package import SPINAdapters
import SPINKernels
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

  /// All of them.
  var parameters: [Parameter] { [free, source, bias] }

  /// Draws the first numbers as pyreft does: a rotation that is uniform among all, W and b uniform
  /// between -1/sqrt(D) and 1/sqrt(D).
  ///
  /// - Parameters:
  ///   - key: The intervention's name.
  ///   - index: Which intervention; tells its draws from those of the others.
  /// - Source: `torch.nn.init.orthogonal_`, `torch.nn.Linear.reset_parameters` (PyTorch 2.13).
  package init(key: String, index: Int, shape: LoReFT.Shape, seed: UInt64) {
    let (size, rank) = (shape.hiddenSize, shape.rank)
    func generator(_ tensor: Int) -> CounterGenerator {
      CounterGenerator(seed: seed, tensor: 3 * index + tensor)
    }
    let compute = Compute(threadCount: 1)
    func uniform(_ count: Int, _ tensor: Int) -> [Float] {
      let values = FloatBuffer(count: count)
      compute.fillUniform(
        values, bound: Float(1 / Double(size).squareRoot()), from: generator(tensor))
      return values.values
    }
    let normals = generator(0)
    let matrix = (0..<size * rank).map { element in
      let pair = normals.normals(UInt64(element / 2))
      return element % 2 == 0 ? pair.0 : pair.1
    }
    self.init(
      key: key, frame: OrthogonalFrame(startingAt: matrix, size: size, rank: rank),
      source: uniform(size * rank, 1), bias: uniform(rank, 2))
  }

  /// Starts at given numbers.
  package init(key: String, frame: OrthogonalFrame, source: [Float], bias: [Float]) {
    let (size, rank) = (frame.size, frame.rank)
    func parameter(_ name: String, _ shape: [Int], _ values: FloatBuffer, decays: Bool) -> Parameter
    {
      Parameter(
        name: "\(key).\(name)", shape: shape, values: values,
        gradient: FloatBuffer(count: values.count), decays: decays)
    }
    self.frame = frame
    // Decay would destroy PyTorch's rotation (see `OrthogonalFrame`) and pull ours to its start.
    free = parameter(
      "rotate_layer.parametrizations.weight.original", [size, rank],
      FloatBuffer(count: size * rank), decays: false)
    self.source = parameter(
      "learned_source.weight", [rank, size], FloatBuffer(source), decays: true)
    self.bias = parameter("learned_source.bias", [rank], FloatBuffer(bias), decays: false)
  }

  /// What the numbers are now.
  package var values: LoReFT.Intervention {
    LoReFT.Intervention(
      rotateLayer: frame.matrix(free.values).map(Float.init), sourceWeight: source.values.values,
      sourceBias: bias.values.values)
  }

  /// Sums that add to the gradients of W and b as they come.
  var gradients: LowRankIntervention.Gradients {
    LowRankIntervention.Gradients(source: source.gradient, bias: bias.gradient)
  }

  /// Adds the gradient of the rotation, as sums of a whole step give it, to that of its free numbers.
  func finish(_ gradients: LowRankIntervention.Gradients) {
    let gradient = frame.gradient(free.values, of: gradients.rotation.map(Double.init))
    for (index, value) in gradient.enumerated() where value != 0 {
      free.gradient[index] += Float(value)
    }
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
