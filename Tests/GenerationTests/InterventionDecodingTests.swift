// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINExecution
import SPINGeneration
import SPINKernels
import SPINLanguageModel
import SPINTestSupport
import SPINTransformer
import Testing

/// Generated texts of a decoder with interventions: prompts are changed, what follows is not.
struct InterventionDecodingTests {
  private func model(_ family: String, _ positions: String) throws -> (Decoder, [[Int32]]) {
    let fixture = try Fixture(family: family)
    let plain = try Decoder(directory: ModelDirectory(path: fixture.path))
    let decoder = plain.adding(
      try .made(layers: [0, 1], positions: positions, size: plain.configuration.hiddenSize))
    return (decoder, try fixture.samples("privacy").map(\.tokens).filter { $0.count > 5 })
  }

  /// Tolerance: as in `DecodingBatchTests`, for the same reason.
  @Test(arguments: Fixture.families) func stepsMatchTheWholeSequence(family: String) throws {
    let (decoder, sequences) = try model(family, "f2+l2")
    let device = CPUDevice(threadCount: 2)
    for tokens in sequences {
      for promptCount in [1, 2, 5] {
        let expected = decoder.logits(of: tokens, promptLength: promptCount, on: device)
        var batch = DecodingBatch(
          decoder, sequenceCount: 1, promptTokens: tokens.count, positionCount: tokens.count,
          on: device)
        var found = try batch.start([(identifier: 0, tokens: Array(tokens[..<promptCount]))]).values
        for position in promptCount...tokens.count {
          let row = doubles(expected.rows(position - 1..<position).values)
          #expect(normalizedError(found, row) < 4e-5, "\(promptCount), position \(position)")
          guard position < tokens.count else { break }
          found = try batch.step([tokens[position]]).values
        }
      }
    }
  }

  /// A prompt's numbers depend neither on its neighbors nor on a trunk that they share.
  @Test(arguments: ["f3", "f2+l2", "l4"]) func aTrunkAndNeighborsChangeNoNumber(
    positions: String
  ) throws {
    let (decoder, sequences) = try model("mistral", positions)
    let trunk = Array((sequences.flatMap(\.self) + sequences[0]).prefix(12))
    let prompts = sequences.enumerated().map {
      (identifier: $0, tokens: trunk + Array($1.suffix(4)))
    }
    func rows(_ prompts: [(identifier: Int, tokens: [Int32])], trunk: Int, threads: Int)
      throws -> [[Float]]
    {
      var batch = DecodingBatch(
        decoder, sequenceCount: prompts.count, promptTokens: 200, positionCount: 30,
        on: CPUDevice(threadCount: threads))
      let width = decoder.configuration.vocabularySize
      var rows = try batch.start(prompts, trunk: trunk).values
      for token: Int32 in [7, 11] {
        rows += try batch.step(prompts.map { _ in token }).values
      }
      return (0..<rows.count / width).map { Array(rows[$0 * width..<($0 + 1) * width]) }
    }
    let alone = try prompts.map { try rows([$0], trunk: 0, threads: 1) }
    let expected = (0..<3).flatMap { step in alone.map { $0[step] } }
    for (trunk, threads) in [(0, 2), (12, 1), (12, 3)] {
      #expect(try rows(prompts, trunk: trunk, threads: threads) == expected, "trunk \(trunk)")
    }
  }

  /// Prompts of unequal lengths that begin alike: the generator must not share what differs.
  @Test(arguments: ["f4", "l3", "f2+l5"]) func textsDoNotDependOnTheBatch(positions: String) throws
  {
    let plain = try LanguageModel(path: Fixture.root + "/models/judge")
    let size = plain.decoder.configuration.hiddenSize
    let model = plain.replacing(
      plain.decoder.adding(try .made(layers: [0, 1], positions: positions, size: size)))
    let trunk = (0..<40).map { Int32(20 + $0 * 3) }
    let prompts = [[9], [9, 8, 7], [6], [], [5, 4]].map { trunk + $0 }
    var options = GenerationOptions()
    options.maxNewTokens = 6
    func texts(
      of model: LanguageModel, batchSize: Int, on device: any DeviceKind
    ) throws -> [[Int32]] {
      var texts = [[Int32]](repeating: [], count: prompts.count)
      try TextGenerator(model, on: Execution(on: device), batchSize: batchSize)
        .generate(prompts, options: options) { texts[$0] = $1.tokens }
      return texts
    }
    let expected = try texts(of: model, batchSize: 1, on: CPU(threads: 1))
    for (batchSize, threads) in [(2, 1), (5, 2), (16, 3)] {
      #expect(
        try texts(of: model, batchSize: batchSize, on: CPU(threads: threads)) == expected)
    }
    // Nor do they depend on where the memory is.
    #expect(try texts(of: model, batchSize: 5, on: DistantDevice.Kind()) == expected)
    // This model says the same whatever happens to the beginning of a prompt.
    #expect(
      try texts(of: plain, batchSize: 5, on: CPU(threads: 1)) != expected || positions == "f4")
  }
}
