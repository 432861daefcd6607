// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension ModelEvaluation {
  /// What one side of the measures takes.
  ///
  /// - Parameters:
  ///   - side: "before", "after", or what else the files are named by.
  ///   - directory: Where an earlier run may have left finished items.
  ///   - rates: How fast the machine is.
  func plannedSteps(_ side: String, in directory: String, _ rates: MachineRates) -> [PlannedStep] {
    (lists.map { ($0, true) } + benign.map { ($0, false) }).map { list, isJudged in
      answering(list, side, directory, rates, isJudged: isJudged)
    }
      + [windows(side, directory, rates), choices(side, rates), representations(side, rates)]
      .compactMap(\.self)
  }

  /// What the divergence between the two sides takes; nil where there is no text.
  func plannedDivergence(in directory: String, _ rates: MachineRates) -> PlannedStep? {
    guard let windows = windowCount else { return nil }
    let done = Self.finishedItems("\(directory)/.divergence.journal")
    return PlannedStep(
      "divergence",
      "\(windows.count.counted("window")) of \(windows.size.counted("token")), both sides",
      seconds: rates.divergence(
        tokens: Double(windows.count * windows.size),
        vocabularySize: model.decoder.configuration.vocabularySize, of: cost),
      items: (windows.count, min(done, windows.count)))
  }

  private var cost: DecoderCost { DecoderCost(model) }

  private func answering(
    _ list: QuestionList, _ side: String, _ directory: String, _ rates: MachineRates, isJudged: Bool
  ) -> PlannedStep {
    let count = list.questions.count
    let promptTokens = estimatedPromptTokens(list.questions)
    let seconds =
      rates.forward(tokens: promptTokens, of: cost)
      + rates.decoding(
        tokens: Double(count * request.generation.maxNewTokens), batchSize: request.batchSize,
        of: cost)
    let judging = isJudged && !(judge is PhraseJudge) ? ", judged by \(judge.label)" : ""
    let kind = isJudged ? "awareness" : "benign"
    let journal = "\(directory)/.\(kind)-\(list.name)-\(side).journal"
    return PlannedStep(
      "\(list.name) \(side)",
      "\(count.counted("question")), \(format.name) format, answers of up to \(request.generation.maxNewTokens.counted("token"))"
        + judging,
      seconds: judging.isEmpty ? seconds : judgeSeconds(count, rates).map { seconds + $0 },
      items: (count, min(count, Self.finishedItems(journal))))
  }

  /// Prompts of the first questions are rendered and counted; the others are taken to be as long.
  private func estimatedPromptTokens(_ questions: [String]) -> Double {
    let sample = questions.prefix(20)
    let counts = sample.compactMap { try? format.tokens(of: $0, model.tokenizer).count }
    guard !counts.isEmpty else { return 0 }
    return Double(counts.reduce(0, +)) / Double(counts.count) * Double(questions.count)
  }

  private func judgeSeconds(_ count: Int, _ rates: MachineRates) -> Double? {
    guard let judge = judge as? ModelJudge else { return nil }
    return judge.plannedSeconds(
      answers: count, answerTokens: request.generation.maxNewTokens, rates)
  }

  private func windows(_ side: String, _ directory: String, _ rates: MachineRates) -> PlannedStep? {
    guard let windows = windowCount else { return nil }
    let done = Self.finishedItems("\(directory)/.perplexity-\(side).journal")
    return PlannedStep(
      "perplexity \(side)",
      "\(windows.count.counted("window")) of \(windows.size.counted("token"))",
      seconds: rates.forward(tokens: Double(windows.count * windows.size), of: cost),
      items: (windows.count, min(done, windows.count)))
  }

  private func choices(_ side: String, _ rates: MachineRates) -> PlannedStep? {
    guard let tasks else { return nil }
    // Texts of English are near four bytes a token; choices share their context.
    let bytes = tasks.tasks.flatMap(\.prompts).reduce(0) { sum, prompt in
      sum + prompt.context.utf8.count + prompt.continuations.reduce(0) { $0 + $1.utf8.count }
    }
    return PlannedStep(
      "tasks \(side)", "\(tasks.itemCount) multiple-choice items",
      seconds: rates.forward(tokens: Double(bytes) / 4, of: cost))
  }

  private func representations(_ side: String, _ rates: MachineRates) -> PlannedStep? {
    guard let pairs else { return nil }
    let tokens = [pairs.first, pairs.second].reduce(0) { sum, side in
      sum + side.questions.reduce(0) { $0 + $1.utf8.count / 4 + 1 }
    }
    return PlannedStep(
      "coupling \(side)", "\(pairs.count.counted("pair")) of questions",
      seconds: rates.forward(tokens: Double(tokens), of: cost))
  }

  /// The items that an earlier run recorded: the lines of a journal behind its first.
  private static func finishedItems(_ path: String) -> Int {
    guard FileSystem.status(path) != nil, let bytes = try? FileSystem.read(path) else { return 0 }
    return max(0, bytes.count { $0 == UInt8(ascii: "\n") } - 1)
  }
}

extension ModelJudge {
  /// How long verdicts on so many answers take: the judge reads its instructions, which all prompts share,
  /// and each question with its answer, and writes a verdict.
  fileprivate func plannedSeconds(
    answers: Int, answerTokens: Int, _ rates: MachineRates
  ) -> Double {
    let cost = DecoderCost(model)
    return rates.forward(tokens: Double(answers * (answerTokens + 80)), of: cost)
      + rates.decoding(tokens: Double(answers * 4), batchSize: 8, of: cost)
  }
}
