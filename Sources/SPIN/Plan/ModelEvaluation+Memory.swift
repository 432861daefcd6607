// SPDX-License-Identifier: Apache-2.0

import SPINExecution
import SPINTransformer

extension ModelEvaluation {
  /// The most bytes that answers and windows of text take within the memory budget, weights in use included.
  ///
  /// Multiple choice plans for itself where it begins, once its texts are tokens; so does a judge with a model of its own.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small, before anything is computed.
  static func plannedBytes(
    _ model: LanguageModel, _ request: EvaluationRequest, _ lists: [QuestionList],
    _ format: PromptFormat, window: Int?
  ) throws -> Int {
    var bytes = 0
    let generator = TextGenerator(model, on: request.execution, batchSize: request.batchSize)
    for list in lists {
      // All prompts count as long as the longest, which is among those with the most bytes.
      let candidates = list.questions.sorted { $0.utf8.count > $1.utf8.count }.prefix(8)
      let longest = try candidates.map { try format.tokens(of: $0, model.tokenizer).count }.max()
      let lengths = list.questions.map { _ in
        min(longest ?? 1, model.decoder.configuration.maxPositionEmbeddings)
      }
      bytes = max(bytes, try generator.plan(for: lengths, request.generation)?.bytes ?? 0)
    }
    if let window {
      bytes = max(
        bytes,
        try LikelihoodScorer(model.decoder, on: request.execution).planForDivergence(
          longest: window
        ).bytes)
    }
    return bytes
  }
}
