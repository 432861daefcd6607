// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How the learning rate goes from step to step.
///
/// It rises linearly from 0 over the warm-up, step 0 having a rate of 0 where there is one, and
/// then stays, falls linearly to 0, or falls as half a cosine.
///
/// - Source: `get_linear_schedule_with_warmup`, `get_cosine_schedule_with_warmup` and
///   `get_constant_schedule_with_warmup` in transformers, `optimization.py`.
public struct LearningRateSchedule: Sendable, Hashable {
  /// The course after warm-up.
  public enum Kind: String, Sendable, CaseIterable {
    /// Falls to 0 in a straight line.
    case linear
    /// Falls to 0 as half a cosine.
    case cosine
    /// Stays at the peak.
    case constant
  }

  /// The course after warm-up.
  public let kind: Kind
  /// The rate after warm-up.
  public let peak: Double
  /// Steps of the warm-up.
  public let warmupSteps: Int
  /// The number of steps in all, warm-up included.
  public let stepCount: Int

  /// A schedule over a number of steps.
  public init(kind: Kind, peak: Double, warmupSteps: Int, stepCount: Int) {
    self.kind = kind
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.stepCount = stepCount
  }

  /// The schedule that options ask for.
  ///
  /// - Note: `get_warmup_steps` of `TrainingArguments`: a share is rounded up, and steps win.
  public init(_ options: TrainingOptions, stepCount: Int) {
    self.init(
      kind: options.schedule, peak: options.learningRate,
      warmupSteps: options.warmupSteps > 0
        ? options.warmupSteps : Int((Double(stepCount) * options.warmupRatio).rounded(.up)),
      stepCount: stepCount)
  }

  /// The learning rate of a step, counted from 0.
  public func rate(at step: Int) -> Double {
    if step < warmupSteps { return peak * (Double(step) / Double(max(1, warmupSteps))) }
    let rest = Double(max(1, stepCount - warmupSteps))
    switch kind {
    case .constant: return peak
    case .linear: return peak * max(0, Double(stepCount - step) / rest)
    case .cosine:
      let progress = Double(step - warmupSteps) / rest
      return peak * max(0, 0.5 * (1 + cos(Double.pi * 0.5 * 2 * progress)))
    }
  }
}
