// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINChoices
import SPINEvaluation
import SPINJSON
import SPINStatistics
import Testing

/// Ranking, scores and their comparison, against worked examples and naive sums.
struct ChoiceResultTests {
  private let item = ChoiceItem(
    document: [:], question: "q", choices: ["aaaa", "bb", "cc"], gold: 0)

  @Test func theFirstOfTheBestChoicesIsTaken() {
    let outcome = ChoiceOutcome(
      index: 0, item: item, logLikelihoods: [-3, -2, -2], isGreedy: [false, true, false])
    #expect(outcome.prediction == 1 && !outcome.isCorrect)
    // -0.75, -1 and -1 per character.
    #expect(outcome.normalizedPrediction == 0 && outcome.isCorrectNormalized)
    #expect(outcome.isRight(by: .normalizedAccuracy) && !outcome.isRight(by: .accuracy))
  }

  @Test func charactersAreScalars() {
    // Two scalars each, of which Swift makes one character and of which UTF-8 makes 3 and 8 bytes.
    let item = ChoiceItem(
      document: [:], question: "q", choices: ["e\u{301}", "🇫🇷", "ab"], gold: 1)
    let outcome = ChoiceOutcome(
      index: 0, item: item, logLikelihoods: [-2, -1.9, -2.1], isGreedy: [false, false, false])
    #expect(outcome.normalizedPrediction == 1)
    let empty = ChoiceItem(document: [:], question: "q", choices: ["", "b"], gold: 1)
    #expect(
      ChoiceOutcome(
        index: 0, item: empty, logLikelihoods: [-0.1, -9], isGreedy: [true, false]
      ).normalizedPrediction == 1)
  }

  @Test func standardErrorsAreThoseOfTheSample() {
    // Python: 4/7, and statistics.stdev(x) / 7 ** 0.5.
    let score = ChoiceScore([true, false, false, true, true, false, true])
    #expect(score.value == 0.5714285714285714)
    #expect(score.standardError == 0.20203050891044214)
    #expect(ChoiceScore([true]).standardError == nil)
    #expect(ChoiceScore([true, true]).standardError == 0)
  }

  @Test func groupsPoolTheirTasks() {
    let parts = [ChoiceScore([true, false, false, true]), ChoiceScore([true, true, false])]
    let pooled = ChoiceScore(pooling: parts)
    #expect(pooled.value == 4.0 / 7 && pooled.count == 7)
    // sqrt((4 * 3 * e1^2 + 3 * 2 * e2^2) / (7 - 2) / 7).
    #expect(abs((pooled.standardError ?? 0) - 0.2182178902359924) < 1e-15)
    #expect(ChoiceScore(pooling: parts + [ChoiceScore([true])]).standardError == nil)
  }

  @Test func comparisonsCountTheItemsThatChange() throws {
    let before = try results(right: [true, true, false, false, true, false])
    let after = try results(right: [true, false, true, true, true, false])
    let comparison = ChoiceComparison(.accuracy, before: [before], after: [after])
    #expect(comparison.onlyBefore == 1 && comparison.onlyAfter == 2)
    #expect(abs(comparison.change.mean - 1.0 / 6) < 1e-15)
    #expect(comparison.pValue == 1)
    #expect(
      comparison.change == PairedProportionInterval(onlyBefore: 1, onlyAfter: 2, count: 6))
    #expect(comparison.isUncertain)
    let twice = ChoiceComparison(.accuracy, before: [before, before], after: [after, after])
    #expect(twice.onlyBefore == 2 && twice.onlyAfter == 4)
    let same = ChoiceComparison(.accuracy, before: [before], after: [before])
    #expect(same.isUncertain && same.pValue == 1 && same.change.mean == 0)
  }

  /// A limit that hides whether anything changed is said; a change that is clear is not.
  @Test(arguments: [(6, 2, 1, true), (40, 30, 0, false), (40, 0, 0, true)])
  func limitsThatHideTheChangeAreSaid(
    _ count: Int, _ better: Int, _ worse: Int, _ isSaid: Bool
  ) throws {
    let rows = (0..<60).map { index -> JSONObject in
      ["context": JSON("q\(index)"), "choices": ["a", "b"], "gold": 0]
    }
    let set = ChoiceTaskSet(tasks: [
      try ChoiceTaskData(.user(name: "own"), RecordTable(records: rows))
    ])
    for limit in [ChoiceEvaluation.Limit.items(count), nil] {
      let evaluation = try ChoiceEvaluation([set], options: .init(limit: limit))
      let size = evaluation.tasks[0].prompts.count
      let before = try results(right: (0..<size).map { $0 >= better })
      let after = try results(right: (0..<size).map { $0 < size - worse })
      let measurement = ChoicesOutcome(
        evaluation, before: ChoicesResult(tasks: [before], groups: []),
        after: ChoicesResult(tasks: [after], groups: []))
      let said = measurement.warnings.filter { $0.contains("that limit leaves") }
      #expect(said.isEmpty == (!isSaid || limit == nil), "\(said)")
    }
  }

  @Test func limitsAreNumbersOrShares() {
    #expect(ChoiceEvaluation.Limit.items(3).count(of: 2) == 2)
    #expect(ChoiceEvaluation.Limit.items(3).count(of: 5) == 3)
    #expect(ChoiceEvaluation.Limit.share(0.1).count(of: 11) == 2)
  }

  /// A task with items that are right, or not, by both metrics.
  private func results(right: [Bool]) throws -> ChoiceTaskResult {
    let rows = right.indices.map { index -> JSONObject in
      ["context": JSON("q\(index)"), "choices": ["a", "b"], "gold": 0]
    }
    let data = try ChoiceTaskData(.user(name: "own"), RecordTable(records: rows))
    let prompts = try ChoicePrompt.prompts(data, count: rows.count, exampleCount: 0, seed: 0)
    let outcomes = right.enumerated().map { index, isRight in
      ChoiceOutcome(
        index: index, item: data.items[index], logLikelihoods: isRight ? [-1, -2] : [-2, -1],
        isGreedy: [false, false])
    }
    return ChoiceTaskResult(data: data, prompts: prompts, outcomes: outcomes)
  }
}
