// SPDX-License-Identifier: Apache-2.0

/// What a training run tells while it works.
public enum TrainingEvent: Sendable, Hashable {
  /// Steps of an earlier, interrupted run that need not be done again.
  case resumed(stepCount: Int, of: Int)
  /// A step is done.
  case advanced(TrainingProgress)
  /// The loss on the validation set was measured.
  case evaluated(TrainingHistory.Evaluation)
}

/// How far a training run has come.
public struct TrainingProgress: Sendable, Hashable {
  /// Steps that are done.
  public let stepCount: Int
  /// The number of steps in all.
  public let totalStepCount: Int
  /// How often every sample was seen.
  public let epoch: Double
  /// The loss of the last step, in nats a target token.
  public let loss: Double
  /// The learning rate of the step.
  public let learningRate: Double
  /// Tokens that this process has trained on; what an earlier one did is left out.
  public let tokensDone: Int
  /// Steps that this process has done.
  public let stepsDone: Int
}
