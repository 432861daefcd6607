// SPDX-License-Identifier: Apache-2.0

import SPINCalibration

/// The samples of one data set, laid one after the other and cut into chunks of whole samples.
///
/// How they are cut decides memory and speed, and no bit of the result.
struct SamplePacking: Sendable {
  /// Some whole samples that a block processes together.
  struct Chunk: Sendable {
    /// The position of its tokens among all tokens of all data sets.
    let tokenRange: Range<Int>
    let tokens: [Int32]
    /// The rows of each sample, relative to the chunk.
    let samples: [Range<Int>]
    /// The rows whose outputs predict a response token, relative to the chunk.
    let predictingRows: [Int]
    /// The tokens that they should predict.
    let targets: [Int32]
    /// The factor of each prediction's loss: one over the predictions of its sample.
    let lossWeights: [Float]
    /// How many predictions each sample has.
    let predictionCounts: [Int]
  }

  let name: String
  let chunks: [Chunk]
  let tokenRange: Range<Int>

  /// Packs samples into chunks of at most `chunkTokens` tokens; a longer sample is a chunk alone.
  ///
  /// - Parameters:
  ///   - name: The data set's name.
  ///   - samples: Its samples, in order.
  ///   - start: The position of its first token among all tokens of all data sets.
  ///   - chunkTokens: The limit.
  init(name: String, samples: [CalibrationSample], start: Int, chunkTokens: Int) {
    self.name = name
    var chunks: [Chunk] = []
    var next = start
    var first = samples.startIndex
    while first < samples.endIndex {
      var (last, count) = (first, 0)
      repeat {
        count += samples[last].tokens.count
        last += 1
      } while last < samples.endIndex && count + samples[last].tokens.count <= chunkTokens
      chunks.append(Self.chunk(samples[first..<last], start: next))
      next += count
      first = last
    }
    self.chunks = chunks
    tokenRange = start..<next
  }

  private static func chunk(_ samples: ArraySlice<CalibrationSample>, start: Int) -> Chunk {
    var tokens: [Int32] = []
    var ranges: [Range<Int>] = []
    var (rows, targets, weights): ([Int], [Int32], [Float]) = ([], [], [])
    for sample in samples {
      let base = tokens.count
      tokens += sample.tokens
      ranges.append(base..<tokens.count)
      let positions = sample.lossPositions
      rows += positions.map { base + $0 - 1 }
      targets += sample.tokens[positions]
      weights += positions.map { _ in 1 / Float(positions.count) }
    }
    return Chunk(
      tokenRange: start..<start + tokens.count, tokens: tokens, samples: ranges,
      predictingRows: rows, targets: targets, lossWeights: weights,
      predictionCounts: samples.map(\.lossPositions.count))
  }
}
