// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// How a model is trained: what `TrainingArguments` of transformers says, under its names, with its
/// defaults.
public struct TrainingOptions: Sendable, Hashable {
  /// The learning rate after warm-up: `learning_rate`.
  public var learningRate = 5e-5
  /// How often every sample is seen: `num_train_epochs`.
  public var epochCount = 3.0
  /// Optimizer steps, in place of epochs: `max_steps`.
  public var maxSteps: Int?
  /// Samples of a micro-batch: `per_device_train_batch_size`.
  public var batchSize = 8
  /// Micro-batches of an optimizer step: `gradient_accumulation_steps`.
  public var accumulationSteps = 1
  /// What decays weights, but not norms and biases: `weight_decay`.
  public var weightDecay = 0.0
  /// AdamW's: `adam_beta1`.
  public var beta1 = 0.9
  /// AdamW's: `adam_beta2`.
  public var beta2 = 0.999
  /// AdamW's: `adam_epsilon`.
  public var epsilon = 1e-8
  /// The largest norm of all gradients together; 0 for no limit: `max_grad_norm`.
  public var maxGradientNorm = 1.0
  /// How the learning rate goes: `lr_scheduler_type`.
  public var schedule = LearningRateSchedule.Kind.linear
  /// Steps over which the learning rate rises: `warmup_steps`.
  public var warmupSteps = 0
  /// The same as a share of all steps, where `warmupSteps` is 0: `warmup_ratio`.
  public var warmupRatio = 0.0
  /// Decides the order of samples, the split and every number drawn: `seed`.
  public var seed: UInt64 = 42
  /// The share of the samples held out as a validation set; 0 for none.
  public var evaluationSplit = 0.0
  /// Steps between two measurements; nil for one after each epoch: `eval_steps`.
  public var evaluationSteps: Int?
  /// Stop after this many measurements in a row without improvement, and restore the best
  /// one: `early_stopping_patience`.
  public var earlyStoppingPatience: Int?
  /// Steps between two states to resume from: `save_steps`.
  public var saveSteps = 500
  /// Steps between two entries of the loss log: `logging_steps`.
  public var loggingSteps = 10

  /// The defaults of transformers, but for an entry of the log every 10 steps.
  public init() {}

  /// Samples of an optimizer step.
  public var samplesPerStep: Int { batchSize * accumulationSteps }

  /// Refuses what makes no sense.
  ///
  /// - Throws: `SPINError` with code `usage` that names the property, the value and what was
  ///   expected.
  public func check() throws {
    func require(
      _ condition: Bool, _ setting: Setting, _ value: Any, _ expected: String
    ) throws {
      guard condition else {
        throw SPINError(.usage, at: setting, "is \(value), expected \(expected)")
      }
    }
    try require(
      learningRate > 0 && learningRate.isFinite, .learningRate, learningRate,
      "a positive number")
    try require(
      epochCount > 0 && epochCount < 1e6, .epochCount, epochCount, "a positive number")
    try require(maxSteps ?? 1 > 0, .maxSteps, maxSteps ?? 0, "at least 1")
    try require(batchSize > 0, .batchSize, batchSize, "at least 1")
    try require(
      accumulationSteps > 0, .accumulationSteps, accumulationSteps, "at least 1")
    try require(
      weightDecay >= 0 && weightDecay.isFinite, .weightDecay, weightDecay, "0 or more")
    try require((0..<1).contains(beta1), .beta1, beta1, "at least 0 and below 1")
    try require((0..<1).contains(beta2), .beta2, beta2, "at least 0 and below 1")
    try require(epsilon > 0 && epsilon < 1, .epsilon, epsilon, "a small positive number")
    try require(
      maxGradientNorm >= 0 && maxGradientNorm.isFinite, .maxGradientNorm, maxGradientNorm,
      "0 or more")
    try require(warmupSteps >= 0, .warmupSteps, warmupSteps, "0 or more")
    try require((0...1).contains(warmupRatio), .warmupRatio, warmupRatio, "between 0 and 1")
    try require(
      evaluationSplit >= 0 && evaluationSplit < 1, .evaluationSplit, evaluationSplit,
      "at least 0 and below 1")
    try require(evaluationSteps ?? 1 > 0, .evaluationSteps, evaluationSteps ?? 0, "at least 1")
    try require(
      earlyStoppingPatience ?? 1 > 0, .earlyStoppingPatience, earlyStoppingPatience ?? 0,
      "at least 1")
    try require(saveSteps > 0, .saveSteps, saveSteps, "at least 1")
    try require(loggingSteps > 0, .loggingSteps, loggingSteps, "at least 1")
    if earlyStoppingPatience != nil, evaluationSplit == 0 {
      throw SPINError(
        .usage, at: .earlyStoppingPatience, "needs a loss to watch",
        remedy: "hold samples back with \(setting: .evaluationSplit)")
    }
  }
}
