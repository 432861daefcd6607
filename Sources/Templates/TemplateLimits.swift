// SPDX-License-Identifier: Apache-2.0

/// Limits on the cost of a template.
///
/// Templates come with checkpoints, that is, from strangers. Exceeding a limit is an error that
/// names it; formatting a conversation comes nowhere near any of them.
enum TemplateLimits {
  /// The longest source, in bytes.
  static let sourceBytes = 1 << 20
  /// The maximum number of steps of one rendering.
  ///
  /// A step is a statement run, an expression evaluated, an element visited, or `bytesPerStep`
  /// bytes of text read or built.
  static let steps = 1_000_000
  /// The bytes of text that count as one step.
  static let bytesPerStep = 64
  /// The longest text that may be built, including the result, in bytes.
  static let outputBytes = 8 << 20
  /// The longest name in a template, in bytes.
  static let nameBytes = 256
  /// The maximum nesting depth of syntax, of values and of macro calls.
  static let recursion = 64
  /// The maximum number of statements and expressions under evaluation at once, across macro calls.
  ///
  /// Each takes 0.9 KB of stack in a release build, as measured on x86-64; a thread's stack may be
  /// no larger than 512 KB.
  static let evaluationDepth = 480
  /// The maximum length of a `range`, as in Jinja's sandbox.
  static let rangeCount = 100_000
}
