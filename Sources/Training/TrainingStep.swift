// SPDX-License-Identifier: Apache-2.0

public import SPINCalibration

/// The samples of one optimizer step: all micro-batches that gradient accumulation puts together.
public struct TrainingStep: Sendable {
  /// Which optimizer step, counted from 0.
  public let index: Int
  /// The samples in their order, cut into batches of whole samples.
  public let batches: [TrainingBatch]

  /// Lays samples one after the other.
  ///
  /// - Parameters:
  ///   - index: Which optimizer step.
  ///   - samples: At least one; each has a target token.
  ///   - batchTokens: Tokens of a batch at most; a longer sample is a batch alone.
  public init(index: Int, samples: [CalibrationSample], batchTokens: Int) {
    self.index = index
    var batches: [TrainingBatch] = []
    var (first, token) = (samples.startIndex, 0)
    while first < samples.endIndex {
      var (last, count) = (first, 0)
      repeat {
        count += samples[last].tokens.count
        last += 1
      } while last < samples.endIndex && count + samples[last].tokens.count <= batchTokens
      batches.append(TrainingBatch(Array(samples[first..<last]), firstToken: token))
      token += count
      first = last
    }
    self.batches = batches
  }

  /// How many tokens have a loss, in all batches.
  public var targetCount: Int { batches.reduce(0) { $0 + $1.targets.count } }

  /// How many tokens pass through the model.
  public var tokenCount: Int { batches.reduce(0) { $0 + $1.tokens.count } }

  /// The factor of each target token's loss: one over their number in the whole step.
  ///
  /// - Source: `num_items_in_batch` in transformers 4.46 and later.
  public var lossFactor: Float { 1 / Float(targetCount) }
}

/// Whole samples laid one after the other without padding.
///
/// The attention sees each sample alone, so a sample's loss does not depend on its neighbors.
public struct TrainingBatch: Sendable {
  /// The tokens of all samples.
  public let tokens: [Int32]
  /// The rows of each sample.
  public let samples: [Range<Int>]
  /// How many tokens of each sample are prompt.
  public let promptCounts: [Int]
  /// The rows whose outputs predict a target, ascending.
  public let predictingRows: [Int]
  /// The tokens that they should predict.
  public let targets: [Int32]
  /// Which of the predicting rows belong to each sample, as a range of their indices.
  public let predictions: [Range<Int>]
  /// The index of the first token among all tokens of the step.
  public let firstToken: Int

  /// Lays samples one after the other.
  public init(_ samples: [CalibrationSample], firstToken: Int) {
    var tokens: [Int32] = []
    var ranges: [Range<Int>] = []
    var (rows, targets, predictions): ([Int], [Int32], [Range<Int>]) = ([], [], [])
    for sample in samples {
      let base = tokens.count
      tokens += sample.tokens
      ranges.append(base..<tokens.count)
      let positions = sample.lossPositions
      predictions.append(rows.count..<rows.count + positions.count)
      rows += positions.map { base + $0 - 1 }
      targets += sample.tokens[positions]
    }
    self.tokens = tokens
    self.samples = ranges
    promptCounts = samples.map(\.promptCount)
    predictingRows = rows
    self.targets = targets
    self.predictions = predictions
    self.firstToken = firstToken
  }

  /// The sum of the losses of each sample, from the losses of all predictions.
  public func sampleLosses(_ losses: [Double]) -> [Double] {
    precondition(losses.count == targets.count, "losses: count")
    return predictions.map { losses[$0].reduce(0, +) }
  }
}
