// SPDX-License-Identifier: Apache-2.0

package import SPINExecution
import SPINGeneration
import SPINLanguageModel
import SPINLikelihood
import SPINTokenization
import SPINTransformer

extension ModelJudge {
  /// An upper bound of the memory in bytes for verdicts on answers to these questions, the judge's weights included.
  ///
  /// Known before there are answers: each is taken to have as many tokens of the judge as the model may generate.
  ///
  /// - Parameters:
  ///   - questions: All questions.
  ///   - answerTokens: The maximum number of tokens of an answer.
  ///   - other: The device and the budget; nil for those with which it judges.
  /// - Throws: `SPINError` with code `usage` where the memory budget is too small for one verdict at a time.
  package func plannedBytes(
    questions: [String], answerTokens: Int, on other: Execution? = nil
  ) throws -> Int {
    let execution = other ?? self.execution
    // The longest prompt is among those of the questions with the most bytes.
    let candidates = questions.sorted { $0.utf8.count > $1.utf8.count }.prefix(8)
    let prompts = candidates.map {
      model.tokenizer.encode(template.text(QuestionAnswer(question: $0, answer: ""))).count
    }
    guard let prompt = prompts.max() else { return 0 }
    // What is longer gets no verdict.
    let most = model.decoder.configuration.maxPositionEmbeddings - replyTokens
    let longest = min(prompt + answerTokens, most)
    guard longest >= 1 else { return 0 }
    let what = "the judge's model and its prompts"
    let lengths = Array(repeating: longest, count: questions.count)
    switch mode {
    case .verdict:
      var options = GenerationOptions()
      options.maxNewTokens = replyTokens
      let plan = try TextGenerator(
        model, on: execution, batchSize: batchSize, promptTokens: Self.promptTokens
      ).plan(for: lengths, options, what: what)
      return plan?.bytes ?? 0
    case .probability:
      return try LikelihoodScorer(
        model.decoder, on: execution, chunkTokens: Self.promptTokens
      ).planForSharedPrefixes(
        longest: longest, total: lengths.reduce(0, +), for: what
      ).bytes
    }
  }
}
