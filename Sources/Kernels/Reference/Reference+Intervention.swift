// SPDX-License-Identifier: Apache-2.0

extension Reference {
  /// A LoReFT intervention, h' = h + Q (W h + b - Q^T h), with Q `[D, r]`, W `[r, D]` and b `[r]`.
  package struct Intervention: Sendable {
    package var rotation, source, bias: [Double]

    package init(rotation: [Double], source: [Double], bias: [Double]) {
      self.rotation = rotation
      self.source = source
      self.bias = bias
    }

    /// D, the hidden size.
    var size: Int { source.count / bias.count }

    /// W h + b - Q^T h for one hidden state.
    private func change(_ h: [Double]) -> [Double] {
      bias.indices.map { k in
        (0..<size).reduce(bias[k]) {
          $0 + source[k * size + $1] * h[$1] - rotation[$1 * bias.count + k] * h[$1]
        }
      }
    }

    /// h' for one hidden state.
    package func output(_ h: [Double]) -> [Double] {
      let change = change(h)
      return (0..<size).map { i in
        bias.indices.reduce(h[i]) { $0 + rotation[i * bias.count + $1] * change[$1] }
      }
    }

    /// The gradients with respect to the hidden state and the three parameters.
    package func gradients(
      _ h: [Double], outputGradient g: [Double]
    ) -> (input: [Double], rotation: [Double], source: [Double], bias: [Double]) {
      let (rank, change) = (bias.count, change(h))
      let along = (0..<rank).map { k in
        (0..<size).reduce(0) { $0 + rotation[$1 * rank + k] * g[$1] }
      }
      var (input, rotationGradient) = (g, [Double](repeating: 0, count: size * rank))
      var sourceGradient = [Double](repeating: 0, count: rank * size)
      for i in 0..<size {
        for k in 0..<rank {
          input[i] += along[k] * (source[k * size + i] - rotation[i * rank + k])
          rotationGradient[i * rank + k] = g[i] * change[k] - h[i] * along[k]
          sourceGradient[k * size + i] = along[k] * h[i]
        }
      }
      return (input, rotationGradient, sourceGradient, along)
    }
  }
}
