// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINEvaluation
import SPINLikelihood

/// Asks a model the items of one task that are not in the journal.
struct ChoiceAsking {
  let data: ChoiceTaskData
  let prompts: [ChoicePrompt]
  let encoder: ContinuationEncoder
  let scorer: LikelihoodScorer
  let journal: ChoiceJournal?
  let batchSize: Int

  /// The outcomes of all items, in order.
  func outcomes(
    _ shouldStop: () -> Bool, _ report: (ChoiceEvaluation.Progress) -> Void
  ) throws -> [ChoiceOutcome] {
    var answers = [ChoiceJournal.Answer?](repeating: nil, count: prompts.count)
    var keys: [Int: String] = [:]
    if let journal {
      for index in prompts.indices {
        let key = ChoiceJournal.key(try parts(index))
        keys[index] = key
        answers[index] = journal.answer(to: key, choices: prompts[index].continuations.count)
      }
    }
    let open = prompts.indices.filter { answers[$0] == nil }
    report(.asking(task: data.task.name, items: open.count))
    try ChoiceJournal.during(journal) {
      for start in stride(from: 0, to: open.count, by: batchSize) {
        let batch = Array(open[start..<min(start + batchSize, open.count)])
        try ask(batch, shouldStop) { index, answer, tokens in
          answers[index] = answer
          if let key = keys[index] { try journal?.record(answer, to: key) }
          report(.asked(tokens: tokens))
        }
      }
    }
    return zip(prompts, answers).enumerated().map { index, pair in
      guard let answer = pair.1 else { preconditionFailure("item \(index) was left out") }
      return ChoiceOutcome(
        index: index, item: pair.0.item, logLikelihoods: answer.logLikelihoods,
        isGreedy: answer.isGreedy)
    }
  }

  private func ask(
    _ batch: [Int], _ shouldStop: () -> Bool,
    _ onAnswer: (_ index: Int, _ answer: ChoiceJournal.Answer, _ tokens: Int) throws -> Void
  ) throws {
    let items = try batch.map { try parts($0) }
    let texts = items.flatMap(\.self)
    var (place, likelihoods, tokens) = (0, [SequenceLikelihood](), 0)
    try scorer.score(texts, shouldStop: shouldStop) { index, found in
      likelihoods += found
      tokens +=
        texts[index].context.count + texts[index].continuations.reduce(0) { $0 + $1.count - 1 }
      guard likelihoods.count == prompts[batch[place]].continuations.count else { return }
      let answer = ChoiceJournal.Answer(
        logLikelihoods: likelihoods.map(\.total),
        isGreedy: likelihoods.map { $0.isGreedy.allSatisfy(\.self) })
      try onAnswer(batch[place], answer, tokens)
      (place, likelihoods, tokens) = (place + 1, [], 0)
    }
  }

  private func parts(_ index: Int) throws -> [TokenContinuations] {
    try Self.parts(of: prompts, index, data, encoder)
  }

  /// The tokens of an item; an error names its location.
  static func parts(
    of prompts: [ChoicePrompt], _ index: Int, _ data: ChoiceTaskData, _ encoder: ContinuationEncoder
  ) throws -> [TokenContinuations] {
    do {
      return try encoder.encode(
        context: prompts[index].context, continuations: prompts[index].continuations)
    } catch let error as SPINError {
      // Where a record makes several items, or none, they are counted as they are asked.
      let place = prompts[index].item.place ?? "\(data.path): item \(index + 1)"
      throw error.located(in: place)
    }
  }
}
