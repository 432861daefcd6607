// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINErrors
public import SPINExecution
import SPINKernels
import SPINStorage
public import SPINTransformer

/// The cost of training all weights of a decoder, and how memory is allotted.
///
/// Bytes of memory per parameter, from the largest layout to the smallest; the first that the budget admits is used:
///
///     16   values, gradients and moments in memory
///     12   without clipping: a group is updated as soon as its gradient is complete
///      8   moments in a scratch file, which the operating system caches where memory allows
///      4   and gradients of one group at a time; with clipping they are computed twice
///
/// No bit of the result depends on it.
public struct TrainingPlan: Sendable, Hashable {
  /// The number of trained parameters.
  public let parameterCount: Int
  /// Tokens of the largest step.
  public let stepTokens: Int
  /// The number of tokens that a block processes together.
  public let batchTokens: Int
  /// Whether the gradients of all groups are in memory together.
  public let keepsGradients: Bool
  /// Whether the moments of AdamW are in a scratch file.
  public let keepsMomentsInFile: Bool
  /// Whether gradients are computed twice, for the norm and for the update.
  public let computesTwice: Bool
  /// What activations may take.
  public let pass: DecoderPass.Memory
  /// Bytes for the activations that forward passes of the largest step store; what does not fit is recomputed.
  public let wholeStateBytes: Int
  /// The memory budget of the run, in bytes.
  public let memoryBytes: Int
  /// Bytes of scratch file.
  public let scratchBytes: Int

  /// The properties of a run that a plan needs.
  public struct Work: Sendable {
    /// Tokens of the largest step.
    public var stepTokens: Int
    /// Tokens of the longest sample.
    public var longestSample: Int
    /// Whether gradients are clipped.
    public var clips: Bool

    /// Describes a run.
    public init(stepTokens: Int, longestSample: Int, clips: Bool) {
      self.stepTokens = stepTokens
      self.longestSample = longestSample
      self.clips = clips
    }
  }

  /// Plans a run.
  ///
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do.
  public init(
    _ configuration: DecoderConfiguration, work: Work, execution: Execution
  ) throws {
    let maxMemory = execution.maxMemory
    let cost = TrainingCost(configuration, work: work, execution: execution)
    let ways: [(keeps: Bool, inFile: Bool)] =
      work.clips
      ? [(true, false), (true, true), (false, true)] : [(false, false), (false, true)]
    let block = LanguageModelHead.gradientBlock
    func fixed(_ way: (keeps: Bool, inFile: Bool), _ tokens: Int, _ rows: Int) -> Int {
      cost.bytes(
        keepsGradients: way.keeps, momentsInFile: way.inFile, batchTokens: tokens, logitRows: rows)
    }
    let way =
      ways.first { fixed($0, work.longestSample, block) <= maxMemory } ?? ways[ways.count - 1]
    let (tokens, rows) = try cost.batches { fixed(way, $0, $1) }
    (keepsGradients, keepsMomentsInFile) = (way.keeps, way.inFile)
    computesTwice = work.clips && !way.keeps
    batchTokens = tokens
    stepTokens = work.stepTokens
    parameterCount = cost.parameterCount
    let used = fixed(way, tokens, rows)
    wholeStateBytes =
      4 * work.stepTokens * BlockState.elementsPerToken(configuration) * configuration.layerCount
    pass = DecoderPass.Memory(
      keptStateBytes: max(0, min(maxMemory - used, wholeStateBytes)), logitRows: rows)
    memoryBytes = used + pass.keptStateBytes
    scratchBytes = way.inFile ? 8 * cost.parameterCount : 0
  }
}

/// What training holds in memory, in bytes, before any kept state.
struct TrainingCost {
  let configuration: DecoderConfiguration
  let work: TrainingPlan.Work
  private let execution: Execution
  private let device: any Device

  init(_ configuration: DecoderConfiguration, work: TrainingPlan.Work, execution: Execution) {
    (self.configuration, self.work, self.execution) = (configuration, work, execution)
    device = execution.open()
  }

  var parameterCount: Int {
    vocabulary * (configuration.tiesWordEmbeddings ? 1 : 2) + configuration.hiddenSize
      + configuration.layerCount * block
  }

  private var vocabulary: Int { configuration.vocabularySize * configuration.hiddenSize }

  private var block: Int {
    MatrixName.Projection.allCases.reduce(
      2 * configuration.hiddenSize
        + (configuration.hasQueryKeyNorm ? 2 * configuration.headSize : 0)
    ) { sum, projection in
      let shape = configuration.shape(projection)
      return sum + shape.rows * shape.columns
        + (configuration.hasBias(projection) ? shape.rows : 0)
    }
  }

  /// Tokens of a batch and rows of logits: half of what a budget leaves at most goes into more of them,
  /// the rest is for keeping states.
  ///
  /// - Parameter bytes: What a number of tokens and rows takes.
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do.
  func batches(
    bytes: (_ tokens: Int, _ rows: Int) -> Int
  ) throws -> (tokens: Int, rows: Int) {
    let block = LanguageModelHead.gradientBlock
    let smallest = bytes(work.longestSample, block)
    try execution.require(
      smallest, what: "these samples and this model need",
      remedy: "train on smaller batches or shorter samples")
    let comfortable = smallest + max(0, execution.maxMemory - smallest) / 2
    var (tokens, rows) = (max(work.longestSample, min(work.stepTokens, 1024)), 1024)
    while rows > block, bytes(tokens, rows) > comfortable { rows /= 2 }
    while tokens > work.longestSample, bytes(tokens, rows) > comfortable {
      tokens = max(work.longestSample, tokens / 2)
    }
    return (tokens, rows)
  }

  func bytes(
    keepsGradients: Bool, momentsInFile: Bool, batchTokens: Int, logitRows: Int
  ) -> Int {
    let parameters = 4 * parameterCount
    let gradients =
      keepsGradients ? parameters : 4 * (vocabulary + block + configuration.hiddenSize)
    let moments = momentsInFile ? 0 : 2 * parameters
    return parameters + gradients + moments
      + passBytes(batchTokens: batchTokens, logitRows: logitRows)
  }

  /// The program and the activations of passes.
  func passBytes(batchTokens: Int, logitRows: Int) -> Int {
    let (d, v) = (configuration.hiddenSize, configuration.vocabularySize)
    let streams = 4 * work.stepTokens * d * (configuration.layerCount + 2)
    let rows = min(logitRows, batchTokens)
    // Logits; the rows that predict.
    let head = 4 * rows * (v + 3 * d) + 4 * batchTokens * d
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    let widest = max(2 * configuration.intermediateSize, queries + 2 * keys, d)
    let activations =
      BlockState.elementsPerToken(configuration) + BlockWorkspace.elementsPerToken(configuration)
    let scratch = device.scratchBytes(for: [
      .products(rows: rows, inputColumns: v), .products(rows: batchTokens, inputColumns: widest),
      .weightGradients(tokens: batchTokens),
      .attention(longestSample: work.longestSample, headSize: configuration.headSize),
    ])
    return Execution.programBytes + streams
      + 4 * work.longestSample * configuration.headSize + head + 4 * batchTokens * activations
      + scratch
  }
}
