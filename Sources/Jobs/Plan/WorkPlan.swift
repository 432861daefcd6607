// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// Everything that a command is about to do, with time, memory and disk: known before any work is done.
public struct WorkPlan: Sendable {
  /// The steps in order.
  public var steps: [PlannedStep] = []
  /// The most bytes of memory that a step takes, pages of the model's file included.
  public var memoryBytes = 0
  /// Bytes of the results, a saved model included.
  public var outputBytes = 0
  /// Bytes of scratch file, which are given back at the end.
  public var scratchBytes = 0

  /// A plan of nothing.
  public init() {}

  /// Seconds of what is left to do; steps of unknown duration count for nothing.
  public var secondsLeft: Double { steps.reduce(0) { $0 + ($1.secondsLeft ?? 0) } }

  /// Whether a step's time is unknown.
  public var isOpen: Bool { steps.contains { $0.seconds == nil && !$0.isDone } }

  /// The plan of a command that discards what is there.
  ///
  /// - Parameter isKept: Whether a step is of something that is not this command's to discard.
  public func anew(keeping isKept: (PlannedStep) -> Bool = { _ in false }) -> WorkPlan {
    var plan = self
    plan.steps = steps.map { isKept($0) ? $0 : $0.anew }
    return plan
  }

  /// The same for machines.
  public var json: JSON {
    [
      "steps": .array(steps.map(\.json)), "seconds_left": .number(secondsLeft),
      "memory_bytes": JSON(memoryBytes), "output_bytes": JSON(outputBytes),
      "scratch_bytes": JSON(scratchBytes),
    ]
  }
}
