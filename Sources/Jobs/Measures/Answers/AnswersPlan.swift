// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINExecution
import SPINGeneration
import SPINLanguageModel
import SPINStorage

/// What it takes to have lists of questions answered and judged.
struct AnswersPlan {
  let settings: AnswerSettings
  let lists: [QuestionList]
  let kind: ModelAnswers.Kind

  /// The most bytes of memory within the budget, weights in use and the judge's model included.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one answer or verdict at a time.
  func bytes(of planned: PlannedModel) throws -> Int {
    max(try answerBytes(of: planned), try judgeBytes(on: planned.execution))
  }

  /// The most bytes that a judge with a model of its own takes.
  ///
  /// - Throws: As above.
  func judgeBytes(on execution: Execution) throws -> Int {
    guard let judge = settings.judge as? ModelJudge else { return 0 }
    var judging = judge.execution
    judging.survey = execution.survey
    return try judge.plannedBytes(
      questions: lists.flatMap(\.questions), answerTokens: settings.options.maxNewTokens,
      on: judging)
  }

  private func answerBytes(of planned: PlannedModel) throws -> Int {
    guard let format = settings.format else { return 0 }
    let model = planned.model
    let generator = TextGenerator(model, on: planned.execution, batchSize: settings.batchSize)
    return try lists.reduce(0) { bytes, list in
      // All prompts count as long as the longest, which is among those with the most bytes.
      let candidates = list.questions.sorted { $0.utf8.count > $1.utf8.count }.prefix(8)
      let longest = try candidates.map { try format.tokens(of: $0, model.tokenizer).count }.max()
      let lengths = list.questions.map { _ in
        min(longest ?? 1, model.decoder.configuration.maxPositionEmbeddings)
      }
      return max(bytes, try generator.plan(for: lengths, settings.options)?.bytes ?? 0)
    }
  }

  /// A step a list.
  func steps(_ side: String, of planned: PlannedModel) -> [PlannedStep] {
    guard let format = settings.format, let rates = planned.rates else { return [] }
    let limit = settings.options.maxNewTokens
    return lists.map { list in
      let count = list.questions.count
      let seconds =
        rates.forward(tokens: promptTokens(list.questions, format, planned.model), of: planned.cost)
        + rates.decoding(
          tokens: Double(count * limit), batchSize: settings.batchSize, of: planned.cost)
      let judge = settings.judge
      let isJudged = kind == .awareness && !(judge is PhraseJudge)
      let journal = "\(planned.directory)/\(ItemJournal.fileName(kind.name(of: list, side)))"
      return PlannedStep(
        "\(list.name) \(side)",
        "\(count.counted("question")), \(format.name) format, answers of up to \(limit.counted("token"))"
          + (isJudged ? ", judged by \(judge.label)" : ""),
        seconds: isJudged ? judgeSeconds(count, rates).map { seconds + $0 } : seconds,
        items: (count, min(count, PlannedStep.finishedItems(journal))))
    }
  }

  /// Prompts of the first questions are rendered and counted; the others are taken to be as long.
  private func promptTokens(
    _ questions: [String], _ format: PromptFormat, _ model: LanguageModel
  ) -> Double {
    let sample = questions.prefix(20)
    let counts = sample.compactMap { try? format.tokens(of: $0, model.tokenizer).count }
    guard !counts.isEmpty else { return 0 }
    return Double(counts.reduce(0, +)) / Double(counts.count) * Double(questions.count)
  }

  private func judgeSeconds(_ count: Int, _ rates: MachineRates) -> Double? {
    guard let judge = settings.judge as? ModelJudge else { return nil }
    return judge.plannedSeconds(
      answers: count, answerTokens: settings.options.maxNewTokens, rates)
  }
}

extension PlannedStep {
  /// The items that an earlier run recorded: the lines of a journal after its first.
  static func finishedItems(_ path: String) -> Int {
    guard FileSystem.status(path) != nil, let bytes = try? FileSystem.read(path) else { return 0 }
    return max(0, bytes.count { $0 == UInt8(ascii: "\n") } - 1)
  }
}

extension ModelJudge {
  /// How long verdicts on a number of answers take: the judge reads its instructions, which all prompts share,
  /// and each question with its answer, and writes a verdict.
  fileprivate func plannedSeconds(
    answers: Int, answerTokens: Int, _ rates: MachineRates
  ) -> Double {
    let cost = DecoderCost(model)
    return rates.forward(tokens: Double(answers * (answerTokens + 80)), of: cost)
      + rates.decoding(tokens: Double(answers * 4), batchSize: 8, of: cost)
  }
}
