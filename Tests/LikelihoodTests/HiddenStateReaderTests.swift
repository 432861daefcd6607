// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINExecution
import SPINKernels
import SPINLikelihood
import SPINTestSupport
import SPINTransformer
import Testing

struct HiddenStateReaderTests {
  /// Against the residual stream of float64 transformers.
  ///
  /// Tolerance: that of Float32 hidden states in `DecoderTests`; a mean is no worse.
  @Test(arguments: Fixture.families) func pooledStatesMatchTransformers(family: String) throws {
    let fixture = try Fixture(family: family)
    let (decoder, texts) = try model(family)
    // The sample whose states are pinned is the fourth of `privacy`.
    let pinnedTokens = try fixture.samples("privacy")[3].tokens
    let place = try #require(texts.firstIndex(of: pinnedTokens))
    let found = try states(decoder, texts, threads: 2, chunkTokens: 40)
    #expect(found.map(\.layer) == Array(0..<decoder.configuration.layerCount))
    let width = decoder.configuration.hiddenSize
    for (layer, states) in found.enumerated() {
      let pinned = doubles(try fixture.floats("privacy/3/hidden/\(layer + 1)"))
      let tokens = pinned.count / width
      #expect(tokens == texts[place].count)
      let mean = (0..<width).map { column in
        (0..<tokens).reduce(0) { $0 + pinned[$1 * width + column] } / Double(tokens)
      }
      #expect(normalizedError(states.mean[place], mean) < 1e-5, "layer \(layer)")
      #expect(
        normalizedError(states.last[place], Array(pinned[((tokens - 1) * width)...])) < 1e-5,
        "layer \(layer)")
    }
  }

  @Test func statesAreThoseOfEachTextAlone() throws {
    let (decoder, texts) = try model("mistral")
    let found = try states(decoder, texts, threads: 3, chunkTokens: 64)
    let device = CPUDevice(threadCount: 1)
    for (index, tokens) in texts.enumerated() {
      for layer in found.indices {
        let alone = decoder.hiddenStates(of: tokens, depth: layer + 1, on: device)
        #expect(
          found[layer].last[index] == doubles(alone.rows(tokens.count - 1..<tokens.count).values))
        let mean = (0..<alone.columns).map { column in
          (0..<tokens.count).reduce(0.0) { $0 + Double(alone[$1, column]) } / Double(tokens.count)
        }
        #expect(found[layer].mean[index] == mean)
      }
    }
  }

  @Test func nothingDependsOnThreadsChunksOrNeighbours() throws {
    let (decoder, texts) = try model("qwen3")
    let expected = try states(decoder, texts, threads: 1, chunkTokens: 1)
    for threads in [1, 2, 3] {
      for chunkTokens in [1, 17, 64, 4096] {
        let found = try states(decoder, texts, threads: threads, chunkTokens: chunkTokens)
        #expect(found == expected, "\(threads) threads, \(chunkTokens)")
      }
    }
    let backwards = try states(decoder, texts.reversed(), threads: 2, chunkTokens: 64)
    for (layer, states) in backwards.enumerated() {
      #expect(states.mean.reversed() == expected[layer].mean)
      #expect(states.last.reversed() == expected[layer].last)
    }
  }

  @Test func whatCannotBeReadIsSaid() throws {
    let (decoder, _) = try model("llama")
    func message(_ texts: [[Int32]]) -> String {
      do {
        _ = try states(decoder, texts, threads: 1, chunkTokens: 8)
        return "nothing was thrown"
      } catch { return "\(error)" }
    }
    #expect(message([[1], []]) == "text 1: has no tokens")
    #expect(message([[1], [-1]]).hasPrefix("text 1: holds the token -1, the model has "))
    let positions = decoder.configuration.maxPositionEmbeddings
    #expect(
      message([[Int32](repeating: 1, count: positions + 1)])
        == "text 0: has \(positions + 1) tokens, the model has \(positions) positions")
    #expect(try states(decoder, [], threads: 1, chunkTokens: 8).isEmpty)
  }

  @Test func workStopsWhereItIsAskedTo() throws {
    let (decoder, texts) = try model("llama")
    var layers = 0
    do {
      try HiddenStateReader(decoder, on: Execution(threads: 1)).read(
        texts, shouldStop: { layers == 1 }, onLayer: { _ in layers += 1 })
      Issue.record("nothing was thrown")
    } catch { #expect("\(error)" == "stopped") }
    #expect(layers == 1)
  }

  private func states(
    _ decoder: Decoder, _ texts: [[Int32]], threads: Int, chunkTokens: Int
  ) throws -> [HiddenStates] {
    var found: [HiddenStates] = []
    try HiddenStateReader(decoder, on: Execution(threads: threads), chunkTokens: chunkTokens).read(
      texts
    ) {
      found.append($0)
    }
    return found
  }

  private func model(_ family: String) throws -> (Decoder, [[Int32]]) {
    let fixture = try Fixture(family: family)
    let decoder = try Decoder(directory: ModelDirectory(path: fixture.path))
    let sets = Set(fixture.names.compactMap { $0.hasSuffix("/tokens") ? $0.dropLast(7) : nil })
    return (
      decoder, try sets.sorted().flatMap { try fixture.samples(String($0)).map(\.tokens) }
    )
  }
}
