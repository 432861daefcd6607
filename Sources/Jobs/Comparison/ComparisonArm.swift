// SPDX-License-Identifier: Apache-2.0

/// One edit that a comparison makes and measures: a method with a seed and a number of samples.
public struct ComparisonArm: Sendable, Hashable {
  /// How the edit is made.
  public let method: ComparisonMethod
  /// What draws calibration rows, and order and initial values of training.
  public let seed: UInt64
  /// How many rows of each data set are used; nil for all of them.
  public let sampleCount: Int?

  /// The folder of its results within the comparison's, as "spin-n-128-seed-0" or "lora-seed-2".
  public var folder: String {
    let count = sampleCount.map { "-n-\($0)" } ?? ""
    return "\(method.rawValue)\(count)-seed-\(seed)"
  }
}

/// What was found of an arm.
public struct ComparisonRow: Sendable {
  /// The edit.
  public let arm: ComparisonArm
  /// Weights that the edit sets, where they are counted one by one.
  public let weightCount: Int?
  /// Numbers that were trained.
  public let parameterCount: Int?
  /// Its measures beside those of the untouched model.
  public let measures: EvaluationComparison
}
