// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINDecoderNames
import SPINExecution
import SPINKernels
import SPINScores
import SPINTransformer

/// What a scoring run holds in memory at its widest, in bytes, before any kept state.
struct MemoryCost {
  let configuration: DecoderConfiguration
  let elementBytes: Int
  let target: TargetModule
  let device: any Device
  let longestSample: Int

  func bytes(chunkTokens: Int, logitRows: Int) -> Int {
    let block = blockBytes(chunkTokens)
    let head = headBytes(chunkTokens, logitRows)
    return Execution.programBytes + rotaryBytes + max(block, head)
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
    // The widest input of a product: the two gradients of gate and up, or those of queries, keys and values.
    let widest = max(2 * f, queries + 2 * keys, d)
    let scratch = device.scratchBytes(for: [
      .products(rows: tokens, inputColumns: widest), .weightGradients(tokens: tokens),
      .attention(longestSample: longestSample, headSize: configuration.headSize),
    ])
    return weights + gradientSums + scores + 4 * tokens * activations + scratch
  }

  private func headBytes(_ tokens: Int, _ rows: Int) -> Int {
    let v = configuration.vocabularySize
    let d = configuration.hiddenSize
    // Logits; hidden states of a chunk, gathered and scattered.
    let scratch = device.scratchBytes(for: [.products(rows: rows, inputColumns: v)])
    return v * d * elementBytes + 4 * rows * (v + 3 * d) + 4 * tokens * 3 * d + scratch
  }
}
