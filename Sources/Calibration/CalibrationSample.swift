// SPDX-License-Identifier: Apache-2.0

/// The tokens of one prompt and its response.
public struct CalibrationSample: Sendable, Hashable {
  /// The row of the data file, counted from 0 without the header.
  public let row: Int
  /// The prompt's tokens followed by the response's.
  public let tokens: [Int32]
  /// How many leading tokens belong to the prompt; the loss does not cover them.
  public let promptCount: Int

  /// A sample.
  ///
  /// - Precondition: `promptCount` is at most the number of tokens and not negative.
  public init(row: Int, tokens: [Int32], promptCount: Int) {
    precondition((0...tokens.count).contains(promptCount), "promptCount must lie in the tokens")
    self.row = row
    self.tokens = tokens
    self.promptCount = promptCount
  }

  /// The positions whose tokens the loss covers: those of the response, except position 0, before
  /// which there is nothing to predict it from.
  ///
  /// The loss of the sample is the mean of -log p over them; the token at position t is predicted
  /// from the output at t - 1.
  public var lossPositions: Range<Int> {
    let first = max(promptCount, 1)
    return first..<max(first, tokens.count)
  }
}
