// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors

/// Which samples are trained on, which form the validation set, and in which order they come.
///
/// The split is that of `Dataset.train_test_split(share, seed=seed)`: the first entries of NumPy's
/// permutation form the validation set, as many as the share rounded up. Each epoch takes a permutation of its own
/// from one generator of the same seed; every step takes the next samples, the last of an epoch what
/// is left.
public struct SampleOrder: Sendable {
  /// The samples to train on, by index.
  public let training: [Int]
  /// The validation set, by index.
  public let evaluation: [Int]
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// The number of steps in all.
  public let stepCount: Int
  private let samplesPerStep: Int
  private let seed: UInt64
  private var epoch: (number: Int, permutation: [Int], generator: NumPyGenerator)

  /// Decides an order.
  ///
  /// - Throws: `SPINError` where the split leaves nothing on one side.
  public init(sampleCount: Int, options: TrainingOptions) throws {
    seed = options.seed
    samplesPerStep = options.samplesPerStep
    var all = Array(0..<sampleCount)
    var heldBack = 0
    if options.evaluationSplit > 0 {
      var generator = NumPyGenerator(seed: options.seed)
      all = generator.permutation(sampleCount)
      heldBack = Int((options.evaluationSplit * Double(sampleCount)).rounded(.up))
    }
    guard heldBack < sampleCount else {
      throw SPINError(
        .usage, at: .evaluationSplit,
        "is \(options.evaluationSplit), which leaves none of \(sampleCount) samples to train on",
        remedy: "hold fewer back, or bring more samples")
    }
    evaluation = Array(all[..<heldBack])
    training = Array(all[heldBack...])
    stepsPerEpoch = (training.count + samplesPerStep - 1) / samplesPerStep
    stepCount =
      options.maxSteps ?? Int((options.epochCount * Double(stepsPerEpoch)).rounded(.up))
    var generator = NumPyGenerator(seed: options.seed)
    let first = generator.permutation(training.count)
    epoch = (0, first, generator)
  }

  /// The samples of a step, by index.
  public mutating func samples(of step: Int) -> [Int] {
    let number = step / stepsPerEpoch
    if number < epoch.number {
      var generator = NumPyGenerator(seed: seed)
      let first = generator.permutation(training.count)
      epoch = (0, first, generator)
    }
    while epoch.number < number {
      epoch.permutation = epoch.generator.permutation(training.count)
      epoch.number += 1
    }
    let start = step % stepsPerEpoch * samplesPerStep
    return epoch.permutation[start..<min(start + samplesPerStep, training.count)].map {
      training[$0]
    }
  }
}
