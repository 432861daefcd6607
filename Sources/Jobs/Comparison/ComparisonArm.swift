// SPDX-License-Identifier: Apache-2.0

/// One edit that a comparison makes and measures: a method with a seed and a number of samples.
public struct ComparisonArm: Sendable, Hashable {
  /// How the edit is made.
  public let method: ComparisonMethod
  /// The seed of the calibration rows, and of the order and initial values of training.
  public let seed: UInt64
  /// How many rows of each data set are used; nil for all of them.
  public let sampleCount: Int?

  /// The folder of its results within the comparison's, as "spin-n-128-seed-0" or "lora-seed-2".
  public var folder: String {
    let count = sampleCount.map { "-n-\($0)" } ?? ""
    return "\(method.rawValue)\(count)-seed-\(seed)"
  }
}

/// An arm with its measures.
public struct ComparisonRow: Sendable {
  /// The method with its seed.
  public let arm: ComparisonArm
  /// Weights that the edit sets, where they are counted one by one.
  public let weightCount: Int?
  /// The number of trained parameters.
  public let parameterCount: Int?
  /// Its measures compared with those of the unedited model.
  public let measures: EvaluationComparison
}
