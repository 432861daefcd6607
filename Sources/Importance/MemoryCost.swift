// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINScores
import SPINTransformer

/// What a scoring run holds in memory at its widest, in bytes, before any kept state.
struct MemoryCost {
  let configuration: DecoderConfiguration
  let elementBytes: Int
  let target: TargetModule
  let threads: Int
  let longestSample: Int

  /// The program itself, its libraries, tokenizer and lists of scores.
  private static let program = 96 << 20

  func bytes(chunkTokens: Int, logitRows: Int) -> Int {
    let block = blockBytes(chunkTokens)
    let head = headBytes(chunkTokens, logitRows)
    return Self.program + rotaryBytes + max(block, head)
  }

  /// The largest number between two bounds that a monotone condition admits; the lower if none.
  func largest(from low: Int, to high: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (low, high)
    while low < high {
      let middle = (low + high + 1) / 2
      if holds(middle) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private var rotaryBytes: Int { 4 * longestSample * configuration.headSize }

  private func blockBytes(_ tokens: Int) -> Int {
    let d = configuration.hiddenSize
    let f = configuration.intermediateSize
    let queries = configuration.headCount * configuration.headSize
    let keys = configuration.keyValueHeadCount * configuration.headSize
    var (weights, gradientSums, scores) = (0, 0, 0)
    for projection in MatrixName.Projection.allCases {
      let shape = configuration.shape(projection)
      weights += shape.rows * shape.columns * elementBytes
      if target.contains(MatrixName(layer: 0, projection: projection)) {
        gradientSums += 4 * shape.rows * shape.columns
        scores = max(scores, 4 * ScoreAccumulator.scoreRows * shape.columns)
      }
    }
    let activations =
      BlockState.elementsPerToken(configuration) + BlockWorkspace.elementsPerToken(configuration)
      + 2 * d
    // One operation at a time packs its input, at widest the two gradients of gate and up.
    let packed = max(2 * f, queries + 2 * keys, d) + 64
    return weights + gradientSums + scores + 4 * tokens * (activations + packed)
      + threads * 4 * threadElements(tokens)
  }

  /// Scratch memory of a thread: a block of packed weights or gradients, or of attention.
  private func threadElements(_ tokens: Int) -> Int {
    let e = configuration.headSize + 64
    let attention = longestSample * (5 * e + 3 * 96) + 2 * 96 * e
    return max(256 * 256, 96 * tokens, attention)
  }

  private func headBytes(_ tokens: Int, _ rows: Int) -> Int {
    let v = configuration.vocabularySize
    let d = configuration.hiddenSize
    // Logits, once more packed; hidden states of a chunk, gathered and scattered.
    return v * d * elementBytes + 4 * rows * (2 * v + 64 + 3 * d) + 4 * tokens * 3 * d
      + threads * 4 * 256 * 256
  }
}
