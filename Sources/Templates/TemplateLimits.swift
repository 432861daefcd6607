// SPDX-License-Identifier: Apache-2.0

/// What a template may cost.
///
/// Templates come with checkpoints, that is from strangers. Each bound ends in an error that names
/// it; none is near what formatting a conversation needs.
enum TemplateLimits {
  /// The longest source, in bytes.
  static let sourceBytes = 1 << 20
  /// The steps of one rendering: a statement run, an expression evaluated, an element visited, or
  /// `bytesPerStep` bytes of text read or built.
  static let steps = 1_000_000
  /// The bytes of text that count as one step.
  static let bytesPerStep = 64
  /// The longest text that may be built, the result included, in bytes.
  static let outputBytes = 8 << 20
  /// The longest name in a template, in bytes.
  static let nameBytes = 256
  /// How deep syntax may nest, values may nest, and macros may call each other.
  static let recursion = 64
  /// How many statements and expressions may be open at once while macros call each other.
  ///
  /// One takes 0.9 KB of stack in release, as measured on x86-64; a thread may have no more than
  /// 512 KB.
  static let evaluationDepth = 480
  /// The longest `range`, that of Jinja's sandbox.
  static let rangeCount = 100_000
}
