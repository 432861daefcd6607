// SPDX-License-Identifier: Apache-2.0

public import SPINAdapters
import SPINErrors
public import SPINExecution
import SPINStorage
public import SPINTransformer

/// What training interventions will take, and how many tokens pass through the model together.
///
/// Weights stay in the mapped file, whose pages the operating system manages; they are not counted.
public struct LoReFTPlan: Sendable, Hashable {
  /// Numbers that are trained.
  public let parameterCount: Int
  /// Tokens that go through a block together; no bit of the result depends on it.
  public let batchTokens: Int
  /// Bytes of memory besides the weights.
  public let memoryBytes: Int

  /// Plans a run.
  ///
  /// - Parameters:
  ///   - configuration: The model.
  ///   - shape: What is trained.
  ///   - stepTokens: Tokens of the largest step.
  ///   - longestSample: Tokens of the longest sample.
  ///   - execution: The budget.
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do.
  public init(
    _ configuration: DecoderConfiguration, shape: LoReFT.Shape, stepTokens: Int,
    longestSample: Int, execution: Execution
  ) throws {
    let (size, rank) = (shape.hiddenSize, shape.rank)
    let interventions = shape.layers.count * shape.interventionsPerLayer
    parameterCount = interventions * (2 * size * rank + rank)
    // Values, gradients, two moments, the computed form; the rotation once more in double precision.
    let fixed =
      Execution.programBytes + 64 * interventions * size * rank
      + 4 * configuration.vocabularySize * LoReFTBatch.Room.logitRows(configuration)
    let above = configuration.layerCount - shape.layers[0]
    let states = above * BlockState.elementsPerToken(configuration)
    let streams = (above + 4) * size
    let perToken =
      4 * (states + streams + BlockWorkspace.elementsPerToken(configuration))
    func bytes(_ tokens: Int) -> Int { fixed + tokens * perToken }
    try execution.require(
      bytes(longestSample), what: "these samples and this model need",
      remedy: "train on shorter samples")
    batchTokens = max(
      longestSample, min(stepTokens, 1024, (execution.maxMemory - fixed) / max(1, perToken)))
    memoryBytes = bytes(batchTokens)
  }
}
