// SPDX-License-Identifier: Apache-2.0

/// What a pickle may take; real ones stay far below.
enum PickleLimits {
  /// Bytes of the pickle.
  static let byteCount = 64 << 20
  /// Values on the stack.
  static let stackDepth = 1 << 18
  /// The maximum number of memoized values.
  static let memoCount = 1 << 21
  /// The maximum number of dictionaries.
  static let dictionaryCount = 1 << 18
  /// The maximum nesting of tuples.
  static let tupleDepth = 8
  /// Bytes of a string.
  static let stringByteCount = 4096
  /// Dimensions of a tensor.
  static let dimensionCount = 16
}
