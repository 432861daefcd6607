// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
import SPINErrors
public import SPINKernels
public import SPINStorage

/// The weights of one decoder block.
///
/// Matrices lie in the mapped checkpoint; the few vectors are copied and widened.
public struct BlockWeights: Sendable {
  /// The gain before the attention, `[D]`.
  public let inputNorm: FloatBuffer
  /// The gain before the feed-forward network, `[D]`.
  public let postAttentionNorm: FloatBuffer
  /// The gain of each query head, `[E]`, where the family has one.
  public let queryNorm: FloatBuffer?
  /// The gain of each key head, `[E]`.
  public let keyNorm: FloatBuffer?
  /// The seven matrices.
  public let matrices: [MatrixName.Projection: WeightMatrix]
  /// Their biases, where the family has them.
  public let biases: [MatrixName.Projection: FloatBuffer]

  /// Weights from anywhere, such as masters in memory.
  ///
  /// - Precondition: all seven matrices are there.
  public init(
    inputNorm: FloatBuffer, postAttentionNorm: FloatBuffer, queryNorm: FloatBuffer?,
    keyNorm: FloatBuffer?, matrices: [MatrixName.Projection: WeightMatrix],
    biases: [MatrixName.Projection: FloatBuffer]
  ) {
    precondition(matrices.count == MatrixName.Projection.allCases.count, "a matrix is missing")
    self.inputNorm = inputNorm
    self.postAttentionNorm = postAttentionNorm
    self.queryNorm = queryNorm
    self.keyNorm = keyNorm
    self.matrices = matrices
    self.biases = biases
  }

  subscript(projection: MatrixName.Projection) -> WeightMatrix {
    guard let matrix = matrices[projection] else {
      preconditionFailure("a block lacks its \(projection)")
    }
    return matrix
  }

  /// One of the seven matrices.
  public func matrix(_ projection: MatrixName.Projection) -> WeightMatrix { self[projection] }

  /// Lets the system drop the pages of all matrices.
  public func releasePages() {
    for matrix in matrices.values { matrix.releasePages() }
  }
}

/// All weights of a decoder, found strictly: a tensor that is missing, unexpected or of another
/// shape is an error that names it.
public struct DecoderWeights: Sendable {
  /// `[V, D]`.
  public let embedding: WeightMatrix
  /// The blocks in order.
  public let blocks: [BlockWeights]
  /// The last gain, `[D]`.
  public let finalNorm: FloatBuffer
  /// The output projection `[V, D]`; the embedding where they are tied.
  public let head: WeightMatrix

  /// Weights from anywhere, such as masters in memory.
  ///
  /// - Parameter head: The embedding itself where they are tied.
  public init(
    embedding: WeightMatrix, blocks: [BlockWeights], finalNorm: FloatBuffer, head: WeightMatrix
  ) {
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }

  /// Finds every tensor of a configuration in a checkpoint.
  ///
  /// - Throws: `SPINError` that names the first tensor that does not fit.
  public init(_ directory: ModelDirectory, _ configuration: DecoderConfiguration) throws {
    var reader = TensorReader(directory: directory)
    let d = configuration.hiddenSize
    embedding = try reader.matrix(
      "model.embed_tokens.weight", rows: configuration.vocabularySize, columns: d)
    blocks = try (0..<configuration.layerCount).map { layer in
      let prefix = "model.layers.\(layer)."
      var matrices: [MatrixName.Projection: WeightMatrix] = [:]
      var biases: [MatrixName.Projection: FloatBuffer] = [:]
      for projection in MatrixName.Projection.allCases {
        let shape = configuration.shape(projection)
        let name = MatrixName(layer: layer, projection: projection).tensor
        matrices[projection] = try reader.matrix(name, rows: shape.rows, columns: shape.columns)
        if configuration.hasBias(projection) {
          let bias = name.dropLast("weight".count) + "bias"
          biases[projection] = try reader.vector(String(bias), count: shape.rows)
        }
      }
      func headNorm(_ name: String) throws -> FloatBuffer? {
        guard configuration.hasQueryKeyNorm else { return nil }
        return try reader.vector(
          prefix + "self_attn.\(name).weight", count: configuration.headSize)
      }
      return BlockWeights(
        inputNorm: try reader.vector(prefix + "input_layernorm.weight", count: d),
        postAttentionNorm: try reader.vector(
          prefix + "post_attention_layernorm.weight", count: d),
        queryNorm: try headNorm("q_norm"), keyNorm: try headNorm("k_norm"), matrices: matrices,
        biases: biases)
    }
    finalNorm = try reader.vector("model.norm.weight", count: d)
    if configuration.tiesWordEmbeddings {
      // Some tied checkpoints carry the head once more; transformers ties it all the same.
      reader.ignore("lm_head.weight")
      head = embedding
    } else {
      head = try reader.matrix("lm_head.weight", rows: configuration.vocabularySize, columns: d)
    }
    try reader.finish()
  }
}

extension DecoderConfiguration {
  /// The shape of a matrix, `[out, in]`.
  public func shape(_ projection: MatrixName.Projection) -> (rows: Int, columns: Int) {
    let (queries, keys) = (headCount * headSize, keyValueHeadCount * headSize)
    return switch projection {
    case .query: (queries, hiddenSize)
    case .key, .value: (keys, hiddenSize)
    case .output: (hiddenSize, queries)
    case .gate, .up: (intermediateSize, hiddenSize)
    case .down: (hiddenSize, intermediateSize)
    }
  }

  /// Whether a projection has a bias.
  public func hasBias(_ projection: MatrixName.Projection) -> Bool {
    switch projection {
    case .query, .key, .value: hasQueryKeyValueBias
    case .output: hasAttentionOutputBias
    case .gate, .up, .down: false
    }
  }
}

/// Takes tensors from a checkpoint one by one and remembers which.
private struct TensorReader {
  let directory: ModelDirectory
  private var taken: Set<String> = []

  init(directory: ModelDirectory) { self.directory = directory }

  mutating func matrix(_ name: String, rows: Int, columns: Int) throws -> WeightMatrix {
    let entry = try entry(name, shape: [rows, columns])
    return WeightMatrix(
      name: name, file: entry.file, offset: entry.byteRange.lowerBound,
      elementType: try elementType(entry), rows: rows, columns: columns)
  }

  mutating func vector(_ name: String, count: Int) throws -> FloatBuffer {
    let entry = try entry(name, shape: [count])
    let row = WeightMatrix(
      name: name, file: entry.file, offset: entry.byteRange.lowerBound,
      elementType: try elementType(entry), rows: 1, columns: count)
    return FloatBuffer(row.values(rows: 0..<1))
  }

  mutating func ignore(_ name: String) { taken.insert(name) }

  /// Complains about tensors that nobody took.
  func finish() throws {
    let rest = directory.tensors.keys.filter { name in
      // A constant that early versions of transformers stored; it follows from the configuration.
      !taken.contains(name) && !name.hasSuffix(".rotary_emb.inv_freq")
    }.sorted()
    guard let first = rest.first else { return }
    throw SPINError(
      .malformedInput, at: "\(directory.path): tensor \"\(first)\"",
      "is unexpected: config.json describes a model without it"
        + (rest.count > 1 ? " (and without \(rest.count - 1) more)" : ""),
      remedy: "check that config.json belongs to these weights")
  }

  private mutating func entry(_ name: String, shape: [Int]) throws -> TensorEntry {
    let entry = try directory.tensor(name)
    guard entry.shape == shape else {
      throw SPINError(
        .malformedInput, at: "\(entry.file.path): tensor \"\(name)\"",
        "has shape \(entry.shape), config.json asks for \(shape)",
        remedy: "check that config.json belongs to these weights")
    }
    taken.insert(name)
    return entry
  }

  private func elementType(_ entry: TensorEntry) throws -> ElementType {
    guard let type = entry.elementType else {
      throw SPINError(
        .unavailable, at: "\(entry.file.path): tensor \"\(entry.name)\"",
        "has elements of type \(entry.elementTypeName), expected F32, F16 or BF16",
        remedy: "use the checkpoint in its original precision")
    }
    return type
  }
}
