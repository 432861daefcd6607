// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINExecution
import SPINKernels
import SPINLanguageModel
import SPINTestSupport
import SPINTransformer
import Testing

@testable import SPINGeneration

/// Drafts decide how long a text takes, and nothing else.
struct DraftTests {
  @Test func aDraftIsLeftAndFoundAgain() {
    func continuation(_ draft: [Int32], _ text: [Int32]) -> [Int32] {
      var draft = Draft(draft)
      var said: [Int32] = []
      for token in text {
        said.append(token)
        draft.follow(said)
      }
      return Array(draft.continuation(3))
    }
    let draft: [Int32] = [1, 2, 3, 4, 5, 6, 7]
    #expect(continuation(draft, []) == [1, 2, 3])
    #expect(continuation(draft, [1, 2]) == [3, 4, 5])
    #expect(continuation(draft, [1, 2, 3, 4, 5, 6]) == [7])
    #expect(continuation(draft, [1, 2, 3, 4, 5, 6, 7]) == [])
    // Another word, and back after two that are known; an insertion at the beginning; a jump.
    #expect(continuation(draft, [1, 2, 9]) == [])
    #expect(continuation(draft, [1, 2, 9, 4]) == [])
    #expect(continuation(draft, [1, 2, 9, 4, 5]) == [6, 7])
    #expect(continuation(draft, [9, 1]) == [])
    #expect(continuation(draft, [2]) == [3, 4, 5])
    #expect(continuation(draft, [9, 5, 6]) == [7])
    // Of several places the one nearest to where the text is.
    #expect(continuation([1, 2, 3, 8, 1, 2, 4, 8, 1, 2, 5], [9, 9, 9, 9, 1, 2]) == [4, 8, 1])
    #expect(continuation([], [1, 2]) == [] && continuation([5], [5, 5]) == [])
  }

  /// Several tokens of a sequence at a time give the numbers of one at a time, also after some that are forgotten.
  @Test(arguments: Fixture.families) func rowsOfAStepAreThoseOfSingleSteps(family: String) throws {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let prompts: [[Int32]] = [[5, 9, 2], [7], [3, 3, 8, 1]]
    let added: [[Int32]] = [[4, 6, 1, 9, 2], [8, 8, 3, 5, 7], [2, 4, 6, 8, 1]]
    func batch(_ threads: Int) throws -> DecodingBatch {
      var batch = DecodingBatch(
        decoder, sequenceCount: 3, promptTokens: 20, logitRows: 4, positionCount: 16,
        on: CPU(threads: threads).open())
      _ = try batch.start(prompts.enumerated().map { ($0, $1) })
      return batch
    }
    func logits(_ batch: inout DecodingBatch, _ tokens: [[Int32]]) throws -> [[Float]] {
      let rows = try batch.step(tokens)
      return rows.flatMap { row in [batch.logits(row..<row + 1).values] }
    }
    var alone = try batch(1)
    // By step, then by sequence.
    let expected = try (0..<5).map { step in try logits(&alone, added.map { [$0[step]] }) }
    for threads in [1, 3] {
      var together = try batch(threads)
      let rows = try logits(
        &together, [Array(added[0]), Array(added[1][..<1]), Array(added[2][..<3])])
      #expect(rows[..<5].elementsEqual(expected.map { $0[0] }))
      #expect(rows[5] == expected[0][1])
      #expect(rows[6...].elementsEqual(expected[..<3].map { $0[2] }))
    }
    var drafted = try batch(2)
    let rows = try logits(
      &drafted, [added[0][..<2] + [1, 1], added[1][..<1] + [2], added[2][..<4]].map(Array.init))
    #expect(rows[..<2].elementsEqual(expected[..<2].map { $0[0] }))
    drafted.removeLast(2, of: 0)
    drafted.removeLast(1, of: 1)
    let next = try logits(&drafted, [Array(added[0][2...]), Array(added[1][1...]), [added[2][4]]])
    #expect(next[..<3].elementsEqual(expected[2...].map { $0[0] }))
    #expect(next[3..<7].elementsEqual(expected[1...].map { $0[1] }))
    #expect(next[7] == expected[4][2])
  }

  /// Drafts that are right, wrong here and there, of other texts, and no tokens at all.
  @Test(arguments: [Sampling.greedy, .random(temperature: 2, topP: 0.9, topK: 0, seed: 5)])
  func textsDoNotDependOnDrafts(sampling: Sampling) throws {
    let folder = try TemporaryDirectory()
    let model = try endless(in: folder)
    let prompts = [[9], [9, 8, 7], [6], [20, 23, 26], [5, 4]].map {
      (0..<10).map { Int32(20 + $0) } + $0
    }
    var options = GenerationOptions()
    options.maxNewTokens = 24
    options.sampling = sampling
    func texts(
      _ drafts: [[Int32]]?, batchSize: Int, threads: Int = 1
    ) throws -> [GeneratedText] {
      let generator = TextGenerator(model, on: Execution(threads: threads), batchSize: batchSize)
      var texts: [Int: GeneratedText] = [:]
      try generator.generate(prompts, options: options, drafts: drafts) { texts[$0] = $1 }
      return prompts.indices.compactMap { texts[$0] }
    }
    let expected = try texts(nil, batchSize: 1)
    #expect(expected.allSatisfy { $0.draftedCount == 0 })
    let right = expected.map(\.tokens)
    #expect(right.contains { $0.count > 12 }, "\(right.map(\.count))")
    let wrong = right.map { tokens in tokens.enumerated().map { $0 % 5 == 3 ? $1 + 1 : $1 } }
    let drafts = [
      right, wrong, right.reversed(), right.map { $0 + [1, 2, 3] },
      right.map { [7] + $0.dropFirst() },
      right.map { [-1] + $0 }, right.map { $0.prefix(5) + [1 << 30] }, right.map { _ in [] },
    ]
    for (place, draft) in drafts.enumerated() {
      for (batchSize, threads) in [(1, 2), (3, 1), (5, 3)] {
        let found = try texts(draft, batchSize: batchSize, threads: threads)
        #expect(found == expected, "draft \(place), \(batchSize) at a time")
        if place == 0 {
          // The first token of a text and those after a draft are not foretold.
          let (foretold, all) = (found.map(\.draftedCount), right.map(\.count))
          #expect(foretold.reduce(0, +) > all.reduce(0, +) / 2)
        }
      }
    }
  }

  /// A text that ends within a draft ends there.
  @Test func stopStringsEndDraftedTexts() throws {
    let folder = try TemporaryDirectory()
    let model = try endless(in: folder)
    let prompts = [[9, 8, 7], [6, 20], [5, 4, 3]].map { $0.map(Int32.init) }
    var options = GenerationOptions()
    options.maxNewTokens = 30
    func texts(_ drafts: [[Int32]]?) throws -> [GeneratedText] {
      var texts: [Int: GeneratedText] = [:]
      try TextGenerator(model, on: Execution(threads: 2), batchSize: 2)
        .generate(prompts, options: options, drafts: drafts) { texts[$0] = $1 }
      return prompts.indices.compactMap { texts[$0] }
    }
    let whole = try texts(nil)
    let middle = try #require(whole.map(\.text).max { $0.count < $1.count })
    options.stopStrings = [String(middle.dropFirst(middle.count / 2).prefix(2))]
    let stopped = try texts(nil)
    #expect(stopped.contains { $0.finish == .stopString })
    #expect(try texts(whole.map(\.tokens)) == stopped)
  }

  /// A model whose texts end at no token that it chooses, so that they are long.
  private func endless(in folder: TemporaryDirectory) throws -> LanguageModel {
    let path = folder.file("model")
    try FileManager.default.copyItem(atPath: Fixture.root + "/models/judge", toPath: path)
    let config = try String(contentsOfFile: path + "/config.json", encoding: .utf8)
    let found = try #require(config.firstRange(of: /"eos_token_id": \d+/))
    try config.replacingCharacters(in: found, with: "\"eos_token_id\": 660").write(
      toFile: path + "/config.json", atomically: true, encoding: .utf8)
    return try LanguageModel(path: path)
  }
}
