// SPDX-License-Identifier: Apache-2.0

import SPINGeneration
import Testing

struct TokenChoiceTests {
  @Test func drawsFollowTheProbabilities() {
    // Probabilities 1/2, 1/4, 1/8, 1/8 at temperature 1.
    let logits: [Float] = [0, -0.693_147_2, -1.386_294_4, -1.386_294_4]
    let choice = TokenChoice(temperature: 1, topP: 1, topK: 0, seed: 3)
    var counts = [0, 0, 0, 0]
    let draws = 20_000
    for prompt in 0..<draws {
      counts[choice.token(logits, stream: UInt64(prompt), position: 7)] += 1
    }
    for (count, share) in zip(counts, [0.5, 0.25, 0.125, 0.125]) {
      // Five standard deviations of a binomial count.
      let deviation = (Double(draws) * share * (1 - share)).squareRoot()
      #expect(abs(Double(count) - Double(draws) * share) < 5 * deviation, "\(counts)")
    }
  }

  @Test func limitsKeepTheMostProbable() {
    let logits: [Float] = [1, 3, 2, 0]
    func drawn(topP: Double, topK: Int, temperature: Double = 1) -> Set<Int> {
      let choice = TokenChoice(temperature: temperature, topP: topP, topK: topK, seed: 0)
      return Set((0..<500).map { choice.token(logits, stream: UInt64($0), position: 0) })
    }
    #expect(drawn(topP: 1, topK: 0) == [0, 1, 2, 3])
    #expect(drawn(topP: 1, topK: 2) == [1, 2])
    #expect(drawn(topP: 1e-9, topK: 0) == [1])
    // Shares 0.644, 0.237, 0.087, 0.032: the first two reach 0.8, not 0.6439.
    #expect(drawn(topP: 0.8, topK: 0) == [1, 2])
    #expect(drawn(topP: 0.6, topK: 0) == [1])
    #expect(drawn(topP: 1, topK: 0, temperature: 0.01) == [1])
  }

  @Test func aDrawDependsOnSeedPromptAndPositionAlone() {
    let first = TokenChoice.uniform(1, 2, 3)
    #expect(first == TokenChoice.uniform(1, 2, 3))
    #expect(Set([first, TokenChoice.uniform(2, 2, 3), TokenChoice.uniform(1, 3, 3)]).count == 3)
    #expect(TokenChoice.uniform(1, 2, 4) != first)
    let mean = (0..<10_000).reduce(0.0) { $0 + TokenChoice.uniform(0, 0, UInt64($1)) } / 10_000
    #expect(abs(mean - 0.5) < 0.015)
  }
}
