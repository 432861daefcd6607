// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINExecution
import SPINGeneration
import SPINLanguageModel
import SPINTestSupport
import SPINTransformer
import Testing

/// Generating texts within a budget.
struct GenerationBudgetTests {
  private let model: LanguageModel
  private let prompts: [[Int32]]
  private let options: GenerationOptions

  init() throws {
    model = try LanguageModel(path: Fixture.root + "/models/judge")
    let trunk = (0..<40).map { Int32(20 + $0 * 3) }
    prompts = [[9], [9, 8, 7], [6], [], [5, 4], [11, 2, 3]].map { trunk + $0 }
    var options = GenerationOptions()
    options.maxNewTokens = 7
    self.options = options
  }

  private func generator(_ budget: Int) -> TextGenerator {
    TextGenerator(model, on: Execution(threads: 1, maxMemory: budget), batchSize: 4)
  }

  private func plan(_ budget: Int) throws -> ForwardCost.Plan {
    try #require(try generator(budget).plan(for: prompts.map(\.count), options))
  }

  private func texts(_ budget: Int) throws -> [[Int32]] {
    var texts = [[Int32]](repeating: [], count: prompts.count)
    try generator(budget).generate(prompts, options: options) { texts[$0] = $1.tokens }
    return texts
  }

  @Test func fewerTextsGrowTogetherWhereMemoryIsShort() throws {
    let wide = try plan(1 << 30)
    #expect(wide.width.texts == 4 && wide.keepsWeights && wide.bytes < 1 << 30)
    var (low, high) = (1 << 20, 1 << 30)
    while low < high {
      let middle = (low + high) / 2
      if (try? plan(middle)) != nil { high = middle } else { low = middle + 1 }
    }
    let narrow = try plan(low)
    #expect(narrow.width.texts == 1 && !narrow.keepsWeights && narrow.bytes <= low)
    // More memory never gives less, and what is planned is within what is allowed.
    var last = 0
    for budget in stride(from: low, to: low + 4_000_000, by: 250_000) {
      let found = try plan(budget)
      #expect(found.bytes <= budget && found.width.texts >= last)
      last = found.width.texts
    }
    let expected = try texts(1 << 30)
    #expect(try texts(low) == expected)
    #expect(try texts(low + 250_000) == expected)
    let error = #expect(throws: SPINError.self) { try texts(low - 1) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("at least \((low + 999_999) / 1_000_000) MB") == true)
  }
}
