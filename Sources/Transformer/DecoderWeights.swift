// SPDX-License-Identifier: Apache-2.0

public import SPINCheckpoint
public import SPINDecoderNames
public import SPINKernels
public import SPINStorage

/// The weights of one decoder block.
///
/// Matrices are in the mapped checkpoint; the few vectors are copied and widened.
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

  /// Weights from any source, such as master weights in memory.
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

  /// Lets the operating system drop the pages of all matrices.
  public func releasePages() {
    for matrix in matrices.values { matrix.releasePages() }
  }
}

/// All weights of a decoder, found strictly: a tensor that is missing, of another shape, or that
/// would belong to the decoder is an error that names it.
public struct DecoderWeights: Sendable {
  /// `[V, D]`.
  public let embedding: WeightMatrix
  /// The blocks in order.
  public let blocks: [BlockWeights]
  /// The last gain, `[D]`.
  public let finalNorm: FloatBuffer
  /// The output projection `[V, D]`; the embedding where they are tied.
  public let head: WeightMatrix
  /// Whether the two are one matrix; a file with two different ones overrides
  /// `config.json`, as in transformers.
  public let tiesWordEmbeddings: Bool
  /// Warnings about the tensors, as sentences.
  public let warnings: [String]

  /// Weights from anywhere, such as masters in memory.
  ///
  /// - Parameter head: Nil where it is the embedding.
  public init(
    embedding: WeightMatrix, blocks: [BlockWeights], finalNorm: FloatBuffer, head: WeightMatrix?
  ) {
    tiesWordEmbeddings = head == nil
    warnings = []
    self.embedding = embedding
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head ?? embedding
  }

  /// Finds every tensor of a configuration in a checkpoint.
  ///
  /// - Throws: `SPINError` that names the first tensor that does not fit.
  public init(_ directory: ModelDirectory, _ configuration: DecoderConfiguration) throws {
    var reader = TensorReader(directory: directory)
    let d = configuration.hiddenSize
    let vocabulary = try VocabularyMatrices(&reader, configuration)
    (embedding, head) = (vocabulary.embedding, vocabulary.head)
    tiesWordEmbeddings = vocabulary.isTied
    var warnings = vocabulary.warnings
    blocks = try (0..<configuration.layerCount).map { layer in
      func vector(_ vector: BlockVector, _ count: Int) throws -> FloatBuffer {
        try reader.vector(vector.tensor(layer: layer), count: count)
      }
      var matrices: [MatrixName.Projection: WeightMatrix] = [:]
      var biases: [MatrixName.Projection: FloatBuffer] = [:]
      for projection in MatrixName.Projection.allCases {
        let shape = configuration.shape(projection)
        let name = MatrixName(layer: layer, projection: projection).tensor
        matrices[projection] = try reader.matrix(name, rows: shape.rows, columns: shape.columns)
        if configuration.hasBias(projection) {
          biases[projection] = try vector(.bias(projection), shape.rows)
        }
      }
      func headNorm(_ norm: BlockVector) throws -> FloatBuffer? {
        configuration.hasQueryKeyNorm ? try vector(norm, configuration.headSize) : nil
      }
      return BlockWeights(
        inputNorm: try vector(.inputNorm, d),
        postAttentionNorm: try vector(.postAttentionNorm, d),
        queryNorm: try headNorm(.queryNorm), keyNorm: try headNorm(.keyNorm), matrices: matrices,
        biases: biases)
    }
    finalNorm = try reader.vector(TensorName.finalNorm, count: d)
    warnings += try reader.finish(configuration)
    self.warnings = warnings
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
