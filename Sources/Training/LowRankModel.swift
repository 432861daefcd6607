// SPDX-License-Identifier: Apache-2.0

public import SPINAdapters
import SPINCheckpoint
package import SPINDecoderNames
import SPINErrors
public import SPINKernels
import SPINStorage
public import SPINTransformer

/// A decoder whose LoRA or DoRA adapter is trained; its own weights are read in place and do not change.
///
///     let model = try LowRankModel(decoder, configuration, seed: 42, memory: memory, on: device)
///     ...
///     try model.adapter.write(to: "adapter")
///
/// Factors and their gradients are Float32. The weights are read from the mapped checkpoint in the
/// precision in which they are stored; no gradient of them is computed. Groups are those of the
/// blocks that have adapters.
///
/// - Source: `LoraLayer` in peft 0.21.2: A begins uniform between -1/sqrt(K) and 1/sqrt(K), B with
///   zeros, magnitudes with the norms of the rows of W.
public final class LowRankModel: TrainableModel {
  /// The parameters of each adapted block.
  public let groups: [ParameterGroup]
  private let configuration: AdapterConfiguration
  private let layers: [MatrixName: LowRankLayer]
  private let groupOfLayer: [Int: ParameterGroup]
  private let lowestLayer: Int
  /// The model with the adapter, unmerged.
  package let decoder: Decoder
  private let pass: DecoderPass
  private let device: any Device

  /// An adapter with PEFT's initial values.
  ///
  /// - Parameters:
  ///   - decoder: The model.
  ///   - configuration: What the adapter is.
  ///   - seed: Decides A's values, and what dropout draws.
  ///   - memory: Room for activations.
  ///   - device: Where to compute.
  /// - Throws: `SPINError` where a pattern cannot be read, or nothing of the model is meant.
  public convenience init(
    _ decoder: Decoder, _ configuration: AdapterConfiguration, seed: UInt64,
    memory: DecoderPass.Memory, on device: any Device
  ) throws {
    let names = try configuration.matrices(of: decoder.configuration)
    var layers: [MatrixName: LowRankLayer] = [:]
    for name in names {
      let (rank, scale) = try configuration.shape(of: name, at: "adapter")
      let shape = decoder.configuration.shape(name.projection)
      let a = device.matrix(rows: rank, columns: shape.columns)
      device.fillUniform(
        a.buffer, bound: 1 / Float(shape.columns).squareRoot(),
        from: CounterGenerator(seed: seed, tensor: 2 * name.place))
      let layer = LowRankLayer(
        configuration, name, a: a, b: device.matrix(rows: rank, columns: shape.rows),
        magnitude: configuration.usesDoRA ? device.buffer(count: shape.rows) : nil, scale: scale,
        seed: seed, on: device)
      layers[name] = layer
      // B A is zero: the norms are those of the weight.
      layer.updateFactors(
        decoder.weights.blocks[name.layer].matrix(name.projection), on: device)
      guard let magnitude = layer.magnitude else { continue }
      device.upload(magnitude.norms.values, to: magnitude.values)
    }
    self.init(decoder, configuration, layers, memory: memory, on: device)
  }

  /// An adapter that continues from given values.
  ///
  /// - Precondition: it fits the model.
  public convenience init(
    _ decoder: Decoder, _ adapter: LowRankAdapter, seed: UInt64, memory: DecoderPass.Memory,
    on device: any Device
  ) {
    let layers = adapter.matrices.map { matrix in
      let a = device.matrix(rows: matrix.rank, columns: matrix.a.columns)
      device.upload(matrix.a.values, to: a.buffer)
      let b = device.matrix(rows: matrix.rank, columns: matrix.b.rows)
      device.upload(
        (0..<b.rows).flatMap { inner in (0..<b.columns).map { matrix.b[$0, inner] } },
        to: b.buffer)
      return (
        matrix.name,
        LowRankLayer(
          adapter.configuration, matrix.name, a: a, b: b,
          magnitude: matrix.magnitude.map { device.buffer($0.values) }, scale: matrix.scale,
          seed: seed, on: device)
      )
    }
    self.init(
      decoder, adapter.configuration, Dictionary(uniqueKeysWithValues: layers), memory: memory,
      on: device)
  }

  private init(
    _ decoder: Decoder, _ configuration: AdapterConfiguration,
    _ layers: [MatrixName: LowRankLayer], memory: DecoderPass.Memory, on device: any Device
  ) {
    self.device = device
    self.configuration = configuration
    self.layers = layers
    let scratch = LowRankScratch()
    let blocks = (0..<decoder.configuration.layerCount).map { layer in
      LowRankBlock(
        Dictionary(
          uniqueKeysWithValues: layers.filter { $0.key.layer == layer }
            .map { ($0.key.projection, $0.value) }), scratch: scratch)
    }
    self.decoder = decoder.adding(blocks)
    pass = DecoderPass(self.decoder, memory: memory, on: device)
    let names = Dictionary(grouping: layers.keys.sorted(), by: \.layer)
    groupOfLayer = names.mapValues { names in
      ParameterGroup(
        name: "layer \(names[0].layer)",
        parameters: names.flatMap { layers[$0]?.parameters(of: $0) ?? [] })
    }
    groups = groupOfLayer.sorted { $0.key < $1.key }.map(\.value)
    lowestLayer = names.keys.min() ?? 0
  }

  /// Forward and backward of all samples of a step.
  public func pass(
    _ step: TrainingStep, on device: any Device, onComplete: (ParameterGroup) throws -> Void
  ) throws -> [Double] {
    updateFactors(on: device)
    try pass.forward(step, on: device)
    let losses = pass.backwardHead(
      step, addingTo: .init(projection: nil, finalNorm: nil), on: device)
    for layer in (lowestLayer..<decoder.configuration.layerCount).reversed() {
      try pass.backward(
        layer, step, needsInputGradient: layer > lowestLayer, into: NoWeightGradients(),
        on: device)
      if let group = groupOfLayer[layer] { try onComplete(group) }
    }
    return losses
  }

  /// The sum of the losses of each sample without gradients.
  public func losses(of step: TrainingStep, on device: any Device) throws -> [Double] {
    updateFactors(on: device)
    try pass.forward(step, keepsStates: false, on: device)
    return pass.losses(step, on: device)
  }

  /// The norms of DoRA's rows follow the factors.
  package func updateFactors(on device: any Device) {
    for (name, layer) in layers {
      layer.updateFactors(
        decoder.weights.blocks[name.layer].matrix(name.projection), on: device)
    }
  }

  /// The adapter in its present state, a copy.
  public var adapter: LowRankAdapter {
    LowRankAdapter(
      configuration: configuration,
      matrices: layers.map { name, layer in
        let transposed = device.values(of: layer.b)
        let (rank, rows) = (layer.b.rows, layer.b.columns)
        let b = (0..<rows).flatMap { row in (0..<rank).map { transposed[$0 * rows + row] } }
        return LowRankMatrix(
          name: name,
          a: MatrixView(device.values(of: layer.a), rows: rank, columns: layer.a.columns),
          b: MatrixView(b, rows: rows, columns: rank),
          magnitude: layer.magnitude.map { FloatBuffer(device.values(of: $0.values)) },
          scale: layer.exactScale)
      })
  }
}

/// The base model's own weights are not trained.
private struct NoWeightGradients: WeightGradientSink {
  func wants(_ projection: MatrixName.Projection) -> Bool { false }

  func add(
    _ input: MatrixView, _ gradients: [(MatrixName.Projection, MatrixView)],
    samples: [Range<Int>], on device: any Device
  ) {}
}

extension LowRankLayer {
  /// The change of a matrix, with gradients of its own.
  fileprivate init(
    _ configuration: AdapterConfiguration, _ name: MatrixName, a: MatrixView, b: MatrixView,
    magnitude: FloatBuffer?, scale: Double, seed: UInt64, on device: any Device
  ) {
    self.init(
      a: a, b: b, aGradient: device.matrix(rows: a.rows, columns: a.columns),
      bGradient: device.matrix(rows: b.rows, columns: b.columns), scale: scale,
      magnitude: magnitude.map {
        Magnitude(values: $0, gradient: device.buffer(count: $0.count))
      }, dropout: Float(configuration.dropout), seed: seed, dropoutTensor: 2 * name.place + 1)
  }

  /// Its tensors as parameters, under PEFT's names; B is stored transposed.
  ///
  /// All of them decay: transformers spares norms and biases only.
  fileprivate func parameters(of name: MatrixName) -> [Parameter] {
    func parameter(_ part: String, _ values: MatrixView, _ gradient: MatrixView) -> Parameter {
      Parameter(
        name: "\(name.module).\(part)", shape: [values.rows, values.columns],
        values: values.buffer, gradient: gradient.buffer, decays: true)
    }
    let factors = [
      parameter("lora_A.weight", a, aGradient), parameter("lora_B.weight", b, bGradient),
    ]
    guard let magnitude else { return factors }
    return factors + [
      Parameter(
        name: "\(name.module).lora_magnitude_vector", shape: [magnitude.values.count],
        values: magnitude.values, gradient: magnitude.gradient, decays: true)
    ]
  }
}

extension AdapterConfiguration {
  /// The matrices of a model that have adapters.
  ///
  /// - Throws: `SPINError` where there are none.
  package func matrices(of configuration: DecoderConfiguration) throws -> [MatrixName] {
    let names = try targets.matrices(layerCount: configuration.layerCount, at: "adapter")
    guard !names.isEmpty else {
      throw SPINError(
        .usage, at: .adaptedModules, "means no matrix of this model",
        remedy: "name some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj")
    }
    return names
  }
}

extension MatrixName {
  /// Its index among all matrices, the key of its random numbers.
  fileprivate var place: Int {
    let all = Projection.allCases
    return all.count * layer + (all.firstIndex(of: projection) ?? 0)
  }
}
