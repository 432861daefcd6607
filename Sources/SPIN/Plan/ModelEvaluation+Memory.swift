// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINExecution
import SPINGeneration
import SPINLikelihood
import SPINTokenization
import SPINTransformer

extension ModelEvaluation {
  /// The most bytes that a measure takes within the memory budget, weights in use included.
  ///
  /// What an edit adds, the pages that it changes, is not known yet.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small, before anything is computed.
  static func plannedBytes(
    _ model: LanguageModel, _ request: EvaluationRequest, _ lists: [QuestionList],
    _ format: PromptFormat, window: Int?, judge: any Judge, tasks: ChoiceEvaluation?,
    pairs: QuestionPairs?
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
    if let judge = judge as? ModelJudge {
      bytes = max(
        bytes,
        try judge.plannedBytes(
          questions: lists.flatMap(\.questions), answerTokens: request.generation.maxNewTokens))
    }
    if let tasks {
      bytes = max(bytes, try tasks.plannedBytes(of: model, on: request.execution))
    }
    if let pairs {
      let lengths = (pairs.first.questions + pairs.second.questions).map {
        model.tokenizer.encode($0).count
      }
      bytes = max(
        bytes,
        try HiddenStateReader(model.decoder, on: request.execution).plan(
          longest: lengths.max() ?? 1, total: lengths.reduce(0, +)
        ).bytes)
    }
    return bytes
  }
}
