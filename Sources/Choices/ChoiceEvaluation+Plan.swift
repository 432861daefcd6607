// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
public import SPINExecution
public import SPINLanguageModel
import SPINLikelihood
import SPINTokenization
import SPINTransformer

extension ChoiceEvaluation {
  /// The most bytes that the items of any task take, the weights included.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - execution: The device and the budget.
  ///   - chunkTokens: Tokens that are processed at a time.
  /// - Throws: `SPINError` with code `usage` where the memory budget is too small for one item of a task at a time, and for
  ///   a choice that cannot be told from its prompt.
  public func plannedBytes(
    of model: LanguageModel, on execution: Execution, chunkTokens: Int = 1024
  ) throws -> Int {
    // One refusal for all tasks, where no survey of the whole command is open.
    let isOwn = execution.survey == nil
    let execution = isOwn ? execution.surveyed() : execution
    let encoder = ContinuationEncoder(model)
    let scorer = LikelihoodScorer(model.decoder, on: execution, chunkTokens: chunkTokens)
    var bytes = 0
    for (data, prompts) in tasks {
      // The longest text is among those with the most bytes.
      let candidates = prompts.indices.sorted { prompts[$0].byteCount > prompts[$1].byteCount }
      var longest = 0
      for index in candidates.prefix(8) {
        let parts = try ChoiceAsking.parts(of: prompts, index, data, encoder)
        for part in parts {
          let continuation = part.continuations.map(\.count).max() ?? 0
          longest = max(longest, part.context.count + continuation - 1)
        }
      }
      guard longest > 0 else { continue }
      let total = longest * min(prompts.count, Self.batchSize)
      bytes = max(
        bytes,
        try scorer.planForSharedPrefixes(
          longest: longest, total: total, for: "the items of \(data.task.harnessName)"
        ).bytes)
    }
    if isOwn { try execution.survey?.close() }
    return bytes
  }
}

extension ChoicePrompt {
  /// Bytes of the longest text: the context and a continuation.
  fileprivate var byteCount: Int {
    context.utf8.count + (continuations.map(\.utf8.count).max() ?? 0)
  }
}
