// SPDX-License-Identifier: Apache-2.0

/// How samples are drawn from a data file and turned into tokens.
public struct CalibrationOptions: Sendable, Hashable {
  /// How many samples are drawn.
  public var sampleCount: Int
  /// The seed of the draw.
  public var seed: UInt64
  /// What happens to the first token of a response.
  public var firstResponseToken: FirstResponseToken
  /// What happens to a sample that is longer than the model's positions.
  public var overflow: Overflow

  /// The defaults are those of the paper's code, except that a response loses only a real BOS.
  public init(
    sampleCount: Int = 128, seed: UInt64 = 0, firstResponseToken: FirstResponseToken = .bos,
    overflow: Overflow = .error
  ) {
    self.sampleCount = sampleCount
    self.seed = seed
    self.firstResponseToken = firstResponseToken
    self.overflow = overflow
  }
}

/// What happens to the first token of a response.
///
/// Prompt and response are tokenized apart and joined, so a tokenizer that puts BOS before every
/// text would put one in the middle.
///
/// - Note: Differs from ChnQ/SPIN d708d83, which always drops (`response_ids[:, 1:]`): right where
///   the tokenizer adds BOS, a lost word where it does not (Qwen). `drop` does the same.
public enum FirstResponseToken: String, Sendable, CaseIterable {
  /// Dropped if it is BOS.
  case bos
  /// Always dropped, as the paper's code does.
  case drop
  /// Never dropped.
  case keep
}

/// What happens to a sample with more tokens than the model has positions.
public enum Overflow: String, Sendable, CaseIterable {
  /// It is an error that names the row.
  case error
  /// The first tokens are kept, as many as the model has positions.
  case truncate
  /// The sample is left out.
  case skip
}
