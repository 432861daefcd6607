// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINErrors
import SPINExecution
import SPINKernels
import SPINLikelihood
import SPINTestSupport
import SPINTransformer
import Testing

/// Running a model within a budget: the least that will do gives the same numbers, less is refused beforehand.
struct MemoryBudgetTests {
  private let decoder: Decoder
  private let texts: [[Int32]]

  init() throws {
    let fixture = try Fixture(family: "qwen2")
    decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    texts = try ["privacy", "fairness", "general"].flatMap { try fixture.samples($0) }
      .map(\.tokens).filter { $0.count > 3 }
  }

  /// The least budget with which some work is not refused, to the byte.
  private func least(_ work: (Execution) throws -> Void) throws -> Int {
    var (low, high) = (1 << 20, 1 << 30)
    try work(Execution(threads: 1, maxMemory: high))
    while low < high {
      let middle = (low + high) / 2
      do {
        try work(Execution(threads: 1, maxMemory: middle))
        high = middle
      } catch let error as SPINError where error.code == .usage {
        #expect(error.location == "maxMemory")
        low = middle + 1
      }
    }
    return low
  }

  private func check<Result: Equatable>(_ work: (Execution) throws -> Result) throws {
    let expected = try work(Execution(threads: 2, maxMemory: 1 << 30))
    let least = try least { _ = try work($0) }
    #expect(least > Execution.programBytes && least < 2 * Execution.programBytes)
    for budget in [least, least + 10_000, least + 200_000] {
      #expect(try work(Execution(threads: 1, maxMemory: budget)) == expected, "\(budget) bytes")
    }
  }

  @Test func likelihoodsAreTheSame() throws {
    let sequences = texts.map { TokenSequence(tokens: $0, scored: 1..<$0.count) }
    try check { execution in
      var found: [SequenceLikelihood] = []
      try LikelihoodScorer(decoder, on: execution).score(sequences) { found.append($1) }
      return found
    }
  }

  @Test func continuationsAreTheSame() throws {
    let items = texts.map { text in
      TokenContinuations(
        context: Array(text.dropLast(2)),
        continuations: [Array(text.suffix(2)), [3, 4, 5], [9], Array(text.prefix(2))])
    }
    try check { execution in
      var found: [[SequenceLikelihood]] = []
      try LikelihoodScorer(decoder, on: execution).score(items) { found.append($1) }
      return found
    }
  }

  @Test func nextTokensAreTheSame() throws {
    let trunk = [Int32](repeating: 7, count: 40)
    let prompts = texts + texts.prefix(4).map { trunk + $0.prefix(5) }
    try check { execution in
      var found: [NextToken] = []
      try LikelihoodScorer(decoder, on: execution).nextTokens(
        after: prompts, probabilitiesOf: [3, 5]
      ) { found.append($1) }
      return found
    }
  }

  @Test func divergencesAndHiddenStatesAreTheSame() throws {
    let size = decoder.configuration.hiddenSize
    let edited = decoder.adding(try .made(layers: [0], positions: "f2+l1", size: size))
    try check { execution in
      var found: [[Double]] = []
      try LikelihoodScorer(decoder, on: execution).divergence(texts, to: edited) {
        found.append($1)
      }
      return found
    }
    try check { execution in
      var found: [HiddenStates] = []
      try HiddenStateReader(edited, on: execution).read(texts) { found.append($0) }
      return found
    }
  }
}
