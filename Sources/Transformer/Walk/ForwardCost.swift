// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
package import SPINExecution
package import SPINKernels
import SPINStorage

/// The memory that forward passes need, in bytes, so that whatever runs a model stays within a budget.
///
/// Weights are in mapped files, whose pages count as long as they are resident. Where all of them fit in addition to
/// everything else they stay resident; where not, each block releases its pages after use, and the operating system reads them again,
/// from its cache where memory allows.
package struct ForwardCost {
  private let configuration: DecoderConfiguration
  private let device: any Device
  /// Bytes of all weights as they are stored.
  package let weightBytes: Int
  /// Bytes of pages that an edit in memory changed; they stay resident whatever is released.
  private let privateBytes: Int
  /// Bytes of the widest part that is used at a time: a block, or the output projection.
  private let partBytes: Int

  /// What a model processes together.
  package struct Width: Sendable, Hashable {
    /// Rows that a block processes.
    package var rows: Int
    /// Positions of the longest text.
    package var longest: Int
    /// Rows whose logits are in memory.
    package var logitRows: Int
    /// Texts generated in one batch; 0 where nothing is generated.
    package var texts = 0
    /// Rows of texts with a shared prefix, as the attention sees them.
    package var attendedRows = 0
    /// Positions that key/value caches hold.
    package var cachedPositions = 0
    /// Rows of the residual stream in addition to those in process.
    package var streamRows = 0

    /// Rows, their longest text, and rows of logits.
    package init(rows: Int, longest: Int, logitRows: Int) {
      (self.rows, self.longest, self.logitRows) = (rows, longest, logitRows)
    }
  }

  /// A width that a budget admits.
  package struct Plan: Sendable, Hashable {
    /// What is processed together.
    package let width: Width
    /// Whether weights stay in memory from pass to pass.
    package let keepsWeights: Bool
    /// The memory budget of the work, in bytes.
    package let bytes: Int
  }

  /// The memory cost of a model on a device.
  package init(_ decoder: Decoder, on device: any Device) {
    configuration = decoder.configuration
    self.device = device
    func bytes(_ matrix: WeightMatrix) -> Int {
      matrix.rows * matrix.columns * matrix.elementType.byteCount
    }
    let weights = decoder.weights
    let blocks = weights.blocks.map { $0.matrices.values.reduce(0) { $0 + bytes($1) } }
    let vocabulary =
      bytes(weights.head) + (weights.tiesWordEmbeddings ? 0 : bytes(weights.embedding))
    weightBytes = blocks.reduce(vocabulary, +)
    privateBytes = weights.privateByteCount
    partBytes = max(blocks.max() ?? 0, bytes(weights.head))
  }

  /// A number and its halves, the last of them exactly the lower bound: widths to choose from.
  package static func halvings(from high: Int, to low: Int) -> [Int] {
    Array(sequence(first: high) { $0 > low ? max(low, $0 / 2) : nil })
  }

  /// Bytes besides the weights.
  package func bytes(_ width: Width) -> Int {
    let (d, v) = (configuration.hiddenSize, configuration.vocabularySize)
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    let pass = width.rows * (DecoderWalk.elementsPerToken(configuration) + d)
    // Queries, keys, values and outputs of texts with their beginnings.
    let attended = width.attendedRows * 2 * (queries + keys)
    // Last hidden states, gathered and normalized, in addition to the logits.
    let logits = width.logitRows * (v + 3 * d) + width.texts * 2 * d
    let caches = width.cachedPositions * configuration.layerCount * 2 * keys
    let angles = width.longest * configuration.headSize
    let widest = max(queries, configuration.intermediateSize, d)
    let scratch = device.scratchBytes(for: [
      .products(rows: max(width.rows, width.logitRows), inputColumns: widest),
      .attention(longestSample: width.longest, headSize: configuration.headSize),
    ])
    let elements = pass + attended + logits + caches + angles + width.streamRows * d
    return Execution.programBytes + privateBytes + 4 * elements + scratch
  }

  /// The first of some widths that fits a budget, weights in use included.
  ///
  /// - Parameters:
  ///   - widths: From the most preferred to the narrowest.
  ///   - modelCount: How many models of this shape are used in turns.
  ///   - others: Bytes that other models hold in pages of their own.
  ///   - what: What the memory is for, for the error.
  ///   - execution: The budget.
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do.
  package func plan(
    _ widths: [Width], modelCount: Int = 1, others: Int = 0,
    for what: String = "this model and these texts", execution: Execution
  ) throws -> Plan {
    guard let narrowest = widths.last else { preconditionFailure("no width to choose from") }
    let others = others + execution.reservedBytes
    func least(_ width: Width) -> Int { bytes(width) + partBytes + others }
    try execution.require(
      least(narrowest), what: "\(what) need",
      remedy: "give it shorter texts")
    let width = widths.first { least($0) <= execution.maxMemory } ?? narrowest
    let whole = bytes(width) + modelCount * weightBytes + others
    let keeps = whole <= execution.maxMemory
    return Plan(width: width, keepsWeights: keeps, bytes: keeps ? whole : least(width))
  }
}

extension DecoderWeights {
  /// Bytes of pages that an edit in memory changed.
  package var privateByteCount: Int {
    let matrices = blocks.flatMap { Array($0.matrices.values) } + [embedding, head]
    let mappings = Dictionary(
      matrices.compactMap(\.mapping).map { ($0.identity, $0.privateByteCount) },
      uniquingKeysWith: { first, _ in first })
    return mappings.values.reduce(0, +)
  }

  /// Lets the operating system drop the pages of all matrices; they are read again when touched.
  package func releasePages() {
    for block in blocks { block.releasePages() }
    embedding.releasePages()
    head.releasePages()
  }
}
