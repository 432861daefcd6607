// SPDX-License-Identifier: Apache-2.0

public import SPINAdapters
import SPINCheckpoint
import SPINDecoderNames
public import SPINExecution
public import SPINTransformer

/// What training an adapter will take, and how memory is shared out; no bit of the result depends on
/// it.
///
/// The weights count as the bytes of their mapped file, every one of which is read; the adapter takes 16
/// bytes a number.
public struct LowRankPlan: Sendable, Hashable {
  /// Numbers that are trained.
  public let parameterCount: Int
  /// Tokens that go through a block together.
  public let batchTokens: Int
  /// What activations may take.
  public let pass: DecoderPass.Memory
  /// Bytes for what forward passes leave, that of the largest step; what does not fit is recomputed.
  public let wholeStateBytes: Int
  /// The memory budget of the run, in bytes.
  public let memoryBytes: Int

  /// Plans a run.
  ///
  /// - Parameters:
  ///   - configuration: The model's shape.
  ///   - adapter: What is trained.
  ///   - weightBytes: The bytes of the checkpoint's weights.
  ///   - work: The samples.
  ///   - execution: The device and the budget.
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do, or that
  ///   nothing of the model is meant.
  public init(
    _ configuration: DecoderConfiguration, _ adapter: AdapterConfiguration, weightBytes: Int,
    work: TrainingPlan.Work, execution: Execution
  ) throws {
    let names = try adapter.matrices(of: configuration)
    var (parameters, inner) = (0, 0)
    for name in names {
      let rank = try adapter.shape(of: name, at: "adapter").rank
      let shape = configuration.shape(name.projection)
      parameters += rank * (shape.rows + shape.columns) + (adapter.usesDoRA ? shape.rows : 0)
      // Blocks share this memory; the largest of each projection would do.
      if name.layer == names[0].layer { inner += 2 * rank }
    }
    let projections = MatrixName.Projection.allCases.filter { projection in
      names.contains { $0.projection == projection }
    }
    let outputs = adapter.usesDoRA ? projections : []
    let perToken = BlockState.elementsPerToken(configuration, lowRankOutputs: outputs)
    let dropped = adapter.dropout > 0 ? configuration.intermediateSize : 0
    let more =
      perToken - BlockState.elementsPerToken(configuration) + inner + dropped
      + outputs.reduce(0) { $0 + configuration.shape($1).rows }
    let cost = TrainingCost(configuration, work: work, execution: execution)
    func bytes(_ tokens: Int, _ rows: Int) -> Int {
      weightBytes + 16 * parameters + cost.passBytes(batchTokens: tokens, logitRows: rows)
        + 4 * tokens * more
    }
    let (tokens, rows) = try cost.batches(bytes: bytes)
    parameterCount = parameters
    batchTokens = tokens
    let used = bytes(tokens, rows)
    wholeStateBytes = 4 * work.stepTokens * perToken * configuration.layerCount
    pass = DecoderPass.Memory(
      keptStateBytes: max(0, min(execution.maxMemory - used, wholeStateBytes)), logitRows: rows)
    memoryBytes = used + pass.keptStateBytes
  }
}
