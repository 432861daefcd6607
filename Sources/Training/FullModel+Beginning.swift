// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
import SPINJSON
public import SPINKernels
public import SPINStorage
public import SPINTransformer

extension FullModel {
  /// A model that continues from a checkpoint.
  ///
  /// - Throws: `SPINError` as `Decoder` does.
  public convenience init(
    _ directory: ModelDirectory, memory: Memory, on device: any Device
  ) throws {
    // Found strictly first: what is missing or does not fit is named before memory is taken.
    let decoder = try Decoder(directory: directory)
    try self.init(decoder.configuration, memory: memory, on: device) { tensor, values in
      let entry = try directory.parameter(tensor.name)
      guard let type = entry.elementType else {
        preconditionFailure("a tensor that a decoder computes with has another type")
      }
      let rows = tensor.shape.count == 2 ? tensor.shape[0] : 1
      let columns = tensor.count / rows
      let matrix = WeightMatrix(
        name: tensor.name, file: entry.file, offset: entry.byteRange.lowerBound,
        elementType: type, rows: rows, columns: columns)
      device.gatherRows(
        matrix, Array(0..<Int32(rows)), into: MatrixView(values, rows: rows, columns: columns))
      matrix.releasePages()
    }
  }

  /// A model that begins from random values.
  public convenience init(
    _ beginning: RandomBeginning, memory: Memory, on device: any Device
  ) throws {
    try self.init(beginning.configuration, memory: memory, on: device) { tensor, values in
      beginning.fill(tensor, values, on: device)
    }
  }
}

/// How a model begins that is trained from scratch: as transformers initializes it, with numbers of
/// our own generator.
///
/// Matrices and the embedding are drawn from a normal distribution of deviation
/// `initializer_range`, gains are 1, biases 0, and the embedding of `pad_token_id` is 0.
///
/// - Source: `PreTrainedModel._init_weights` in transformers.
public struct RandomBeginning: Sendable {
  /// The model's shape.
  public let configuration: DecoderConfiguration
  /// The file that describes it.
  public let path: String
  /// How the checkpoint will be stored: `dtype` or `torch_dtype`, Float32 where neither is there.
  public let elementType: ElementType
  let deviation: Double
  let padding: Int?
  let seed: UInt64

  /// Reads a `config.json`.
  ///
  /// - Throws: `SPINError` where it is missing, malformed or of a kind that is not computed.
  public init(configPath path: String, seed: UInt64) throws {
    let json = try JSON(parsing: FileSystem.read(path), path: path)
    guard let config = json.object else {
      throw SPINError(.configuration, at: path, "is not a JSON object")
    }
    self.path = path
    self.seed = seed
    configuration = try DecoderConfiguration(config)
    let deviation =
      try config.optional("initializer_range", as: Double.self, code: .configuration) ?? 0.02
    guard deviation > 0, deviation.isFinite else {
      throw config.failure(
        "initializer_range", "is \(deviation), expected a positive number", code: .configuration)
    }
    self.deviation = deviation
    padding = try config.optional("pad_token_id", as: Int.self, code: .configuration).flatMap {
      $0 >= 0 ? $0 : nil
    }
    let type =
      try config.optional("dtype", as: String.self, code: .configuration)
      ?? config.optional("torch_dtype", as: String.self, code: .configuration) ?? "float32"
    let types: [String: ElementType] = [
      "float32": .float32, "bfloat16": .bfloat16, "float16": .float16,
    ]
    guard let elementType = types[type] else {
      throw config.failure(
        "dtype", "is \"\(type)\", expected \"float32\", \"bfloat16\" or \"float16\"",
        code: .unavailable)
    }
    self.elementType = elementType
  }

  func fill(_ tensor: DecoderTensor, _ values: FloatBuffer, on device: any Device) {
    switch tensor.kind {
    case .gain: device.upload([Float](repeating: 1, count: values.count), to: values)
    case .bias: break
    case .matrix, .embedding:
      device.fillNormal(
        values, deviation: deviation, from: CounterGenerator(seed: seed, tensor: tensor.index))
      if tensor.kind == .embedding, let padding, padding < tensor.shape[0] {
        let width = tensor.shape[1]
        device.upload(values, padding * width..<(padding + 1) * width) { row in
          for index in 0..<width { row[index] = 0 }
        }
      }
    }
  }
}
