// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
public import SPINKernels
public import SPINStorage

/// What the forward pass of a block computes that its backward pass needs again.
///
/// It is retained where memory allows, and recomputed otherwise, to the same bits.
public struct BlockState: Sendable {
  /// Queries, keys and values `[T, heads * E]`, rotated to their positions.
  let query, key, value: MatrixView
  /// Queries and keys before their normalization, where the family has one.
  let rawQuery, rawKey: MatrixView?
  /// What the heads gathered, `[T, H * E]`.
  let attended: MatrixView
  /// The residual stream between attention and feed-forward network, `[T, D]`.
  let middle: MatrixView
  /// The two inputs of the gated activation, `[T, F]`.
  let gate, up: MatrixView
  /// Outputs of layers with a low-rank change and magnitudes, before the factors of their columns.
  private let lowRankOutputs: [MatrixName.Projection: MatrixView]

  func lowRankOutput(_ projection: MatrixName.Projection) -> MatrixView {
    guard let output = lowRankOutputs[projection] else {
      preconditionFailure("the state has no room for the output of \(projection)")
    }
    return output
  }

  /// The number of values in the state of one token.
  ///
  /// - Parameter outputs: Layers with a low-rank change and magnitudes: `Decoder.lowRankOutputs`.
  public static func elementsPerToken(
    _ configuration: DecoderConfiguration, lowRankOutputs outputs: [MatrixName.Projection] = []
  ) -> Int {
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    let raw = configuration.hasQueryKeyNorm ? queries + keys : 0
    return 2 * queries + 2 * keys + raw + configuration.hiddenSize
      + 2 * configuration.intermediateSize
      + outputs.reduce(0) { $0 + configuration.shape($1).rows }
  }

  /// A buffer for the state of some tokens.
  public init(_ configuration: DecoderConfiguration, tokens: Int, on device: any Device) {
    self.init(
      configuration, tokens: tokens,
      buffer: device.buffer(count: tokens * Self.elementsPerToken(configuration)))
  }

  /// A part of a buffer that is at least as large as needed, from an offset on.
  public init(
    _ configuration: DecoderConfiguration, tokens: Int, buffer: FloatBuffer, offset start: Int = 0,
    lowRankOutputs outputs: [MatrixName.Projection] = []
  ) {
    var offset = start
    func matrix(_ columns: Int) -> MatrixView {
      defer { offset += tokens * columns }
      return MatrixView(buffer, offset: offset, rows: tokens, columns: columns)
    }
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    query = matrix(queries)
    key = matrix(keys)
    value = matrix(keys)
    rawQuery = configuration.hasQueryKeyNorm ? matrix(queries) : nil
    rawKey = configuration.hasQueryKeyNorm ? matrix(keys) : nil
    attended = matrix(queries)
    middle = matrix(configuration.hiddenSize)
    gate = matrix(configuration.intermediateSize)
    up = matrix(configuration.intermediateSize)
    lowRankOutputs = Dictionary(
      uniqueKeysWithValues: outputs.map { ($0, matrix(configuration.shape($0).rows)) })
  }
}

/// Memory that a block needs while it computes, and not afterwards.
public struct BlockWorkspace: Sendable {
  private let buffer: FloatBuffer
  private let configuration: DecoderConfiguration

  /// The number of values in the workspace of one token.
  public static func elementsPerToken(_ configuration: DecoderConfiguration) -> Int {
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    return 2 * configuration.hiddenSize + 2 * configuration.intermediateSize + 2 * queries
      + 2 * keys
  }

  /// A workspace for at most a given number of tokens at a time.
  public init(_ configuration: DecoderConfiguration, tokens: Int, on device: any Device) {
    self.configuration = configuration
    buffer = device.buffer(count: tokens * Self.elementsPerToken(configuration))
  }

  /// The matrices of the workspace for `tokens` tokens.
  func views(tokens: Int) -> Views {
    var offset = 0
    func matrix(_ columns: Int) -> MatrixView {
      defer { offset += tokens * columns }
      return MatrixView(buffer, offset: offset, rows: tokens, columns: columns)
    }
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    return Views(
      normalized: matrix(configuration.hiddenSize),
      normalizedGradient: matrix(configuration.hiddenSize),
      activated: matrix(configuration.intermediateSize),
      activatedGradient: matrix(configuration.intermediateSize),
      attendedGradient: matrix(queries), queryGradient: matrix(queries),
      keyGradient: matrix(keys), valueGradient: matrix(keys))
  }

  struct Views {
    let normalized, normalizedGradient: MatrixView
    let activated, activatedGradient: MatrixView
    let attendedGradient, queryGradient, keyGradient, valueGradient: MatrixView
  }
}
