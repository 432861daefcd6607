// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
import SPINErrors
public import SPINExecution
import SPINKernels
import SPINStorage
public import SPINTransformer

/// The cost of a scoring run: tokens, arithmetic, memory and disk.
///
/// Known before any work is done.
public struct ScoringPlan: Sendable, Hashable {
  /// Tokens of all samples of all data sets.
  public let tokenCount: Int
  /// The number of tokens that a block processes together.
  public let chunkTokens: Int
  /// Predictions whose logits are in memory together.
  public let logitRows: Int
  /// Bytes for the activations that forward passes store for backward passes; what does not fit is recomputed.
  public let keptStateBytes: Int
  /// Bytes that all of these activations would take.
  public let wholeStateBytes: Int
  /// The memory budget of the run, in bytes.
  public let memoryBytes: Int
  /// Bytes of scratch file: the residual stream between blocks, and its gradient.
  public let scratchBytes: Int
  /// Tokens that a token attends to, on average.
  public let meanContext: Double
  /// Floating-point operations of the matrix products.
  public let operations: Double

  /// Plans a run.
  ///
  /// - Parameters:
  ///   - configuration: The model's shape.
  ///   - elementBytes: Bytes of a stored weight, 2 or 4.
  ///   - target: The matrices to score.
  ///   - sampleLengths: Tokens of every sample of every data set.
  ///   - predictionCount: Response tokens of all of them.
  ///   - execution: The device and the budget.
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do.
  public init(
    configuration: DecoderConfiguration, elementBytes: Int, target: TargetModule,
    sampleLengths: [Int], predictionCount: Int, execution: Execution
  ) throws {
    let cost = MemoryCost(
      configuration: configuration, elementBytes: elementBytes, target: target,
      device: execution.open(),
      longestSample: sampleLengths.max() ?? 1)
    tokenCount = sampleLengths.reduce(0, +)
    let longest = sampleLengths.max() ?? 1
    let smallest = cost.bytes(chunkTokens: longest, logitRows: 1)
    try execution.require(
      smallest, what: "these samples and this model need",
      remedy: "score fewer matrices or shorter samples")
    let maxMemory = execution.maxMemory
    // Half of what is left at most goes into larger steps; the rest keeps states.
    let comfortable = max(smallest, min(maxMemory, smallest + (maxMemory - smallest) / 2))
    let chunkTokens = cost.largest(from: longest, to: max(longest, min(tokenCount, 1024))) {
      cost.bytes(chunkTokens: $0, logitRows: 1) <= comfortable
    }
    let logitRows = cost.largest(from: 1, to: max(1, min(predictionCount, 256))) {
      cost.bytes(chunkTokens: chunkTokens, logitRows: $0) <= comfortable
    }
    let fixed = cost.bytes(chunkTokens: chunkTokens, logitRows: logitRows)
    let stateBytes = 4 * BlockState.elementsPerToken(configuration)
    (self.chunkTokens, self.logitRows) = (chunkTokens, logitRows)
    wholeStateBytes = tokenCount * stateBytes * configuration.layerCount
    keptStateBytes = max(0, min(maxMemory - fixed, wholeStateBytes))
    memoryBytes = fixed + keptStateBytes
    scratchBytes = 4 * configuration.hiddenSize * tokenCount * (configuration.layerCount + 2)
    let keptShare = wholeStateBytes == 0 ? 1 : Double(keptStateBytes) / Double(wholeStateBytes)
    meanContext =
      sampleLengths.reduce(0.0) { $0 + Double($1) * Double($1 + 1) / 2 } / Double(tokenCount)
    let work = WorkPerToken(configuration, target: target, context: meanContext)
    operations =
      Double(tokenCount) * Double(configuration.layerCount)
      * (work.forward + work.backward + (1 - keptShare) * work.preparation)
      + 4 * Double(predictionCount) * Double(configuration.vocabularySize)
      * Double(configuration.hiddenSize)
  }
}

/// Floating-point operations of the matrix products of one block for one token.
struct WorkPerToken {
  /// The cost of the forward pass.
  let forward: Double
  /// The part of it that is recomputed where activations were not stored.
  let preparation: Double
  /// Input gradients of all matrices, weight gradients of the scored ones.
  let backward: Double

  init(_ configuration: DecoderConfiguration, target: TargetModule, context: Double) {
    var (all, scored, down) = (0.0, 0.0, 0.0)
    for projection in MatrixName.Projection.allCases {
      let shape = configuration.shape(projection)
      let size = Double(shape.rows) * Double(shape.columns)
      all += size
      if target.contains(MatrixName(layer: 0, projection: projection)) { scored += size }
      if projection == .down { down = size }
    }
    // Two products of queries with their context forward; backward one of them again, and four.
    let attention = 2 * context * Double(configuration.headCount * configuration.headSize)
    forward = 2 * all + 2 * attention
    preparation = 2 * (all - down) + 2 * attention
    backward = 2 * all + 2 * scored + 5 * attention
  }
}
