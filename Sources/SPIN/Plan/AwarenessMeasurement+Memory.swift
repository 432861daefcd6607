// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
package import SPINExecution
package import SPINGeneration
import SPINTokenization
import SPINTransformer

extension AwarenessMeasurement {
  /// Refuses a memory budget that is too small for a list of questions or for the judge, before anything is generated.
  ///
  /// - Parameters:
  ///   - model: What answers; nil where it is behind an endpoint.
  ///   - execution: The device and the budget of the answers; nil for those of the measurement.
  /// - Throws: `SPINError` with code `usage` that names the smallest budget that would do for all.
  package func requireMemory(of model: LanguageModel? = nil, on execution: Execution? = nil) throws
  {
    let execution = (execution ?? self.execution).surveyed()
    if let model {
      let generator = TextGenerator(model, on: execution, batchSize: batchSize)
      for list in lists + benign {
        let candidates = list.questions.sorted { $0.utf8.count > $1.utf8.count }.prefix(8)
        let longest = try candidates.map { try format.tokens(of: $0, model.tokenizer).count }.max()
        // What is too long for the model is refused where its question can be named.
        let positions = model.decoder.configuration.maxPositionEmbeddings
        let lengths = list.questions.map { _ in min(longest ?? 1, positions) }
        _ = try generator.plan(for: lengths, options)
      }
    }
    if let judge = judge as? ModelJudge {
      var judging = self.execution
      judging.survey = execution.survey
      // Benign questions are judged, too, where the judge is a model.
      _ = try judge.plannedBytes(
        questions: (lists + benign).flatMap(\.questions), answerTokens: options.maxNewTokens,
        on: judging)
    }
    try execution.survey?.close()
  }
}
