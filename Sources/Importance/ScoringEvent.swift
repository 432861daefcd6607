// SPDX-License-Identifier: Apache-2.0

/// An event of a scoring run.
public enum ScoringEvent: Sendable, Hashable {
  /// Work of an earlier, interrupted run that need not be done again.
  case resumed(finishedUnits: Int, unitCount: Int)
  /// Progress was made.
  case advanced(ScoringProgress)
}

/// The progress of a scoring run.
public struct ScoringProgress: Sendable, Hashable {
  /// The three parts of the work.
  public enum Phase: String, Sendable {
    /// The sweep from the first block to the last.
    case forward
    /// Losses and their gradients.
    case losses
    /// The sweep from the last block to the first.
    case backward
  }

  /// The phase of the work.
  public let phase: Phase
  /// Which block, from 0; the number of blocks for the losses.
  public let layer: Int
  /// How many blocks there are.
  public let layerCount: Int
  /// The name of the data set.
  public let dataSet: String
  /// Floating-point operations of this process so far; what an earlier run did is left out.
  public let operationsDone: Double
  /// Floating-point operations that are left, at the pace of this process.
  public let operationsLeft: Double
  /// Tokens that one pass through all blocks forward and backward would have taken so far.
  public let equivalentTokens: Double
}
