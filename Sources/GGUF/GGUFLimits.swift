// SPDX-License-Identifier: Apache-2.0

/// The largest counts and sizes that are read from a header; files are hostile until shown otherwise.
enum GGUFLimits {
  /// Tensors of a file.
  static let tensorCount = 1 << 20
  /// Key-value pairs of a file.
  static let keyCount = 1 << 16
  /// Bytes of a key or of a tensor's name.
  static let nameByteCount = 1 << 12
  /// Bytes of one string, such as a chat template.
  static let stringByteCount = 16 << 20
  /// Elements of one array; the largest vocabularies have 2^18 tokens and a few times as many merges.
  static let arrayCount = 1 << 22
  /// Dimensions of a tensor (`GGML_MAX_DIMS`).
  static let dimensionCount = 4
  /// The alignment of the data.
  static let alignment = 1 << 16
  /// Where data begin when the file does not say.
  static let defaultAlignment = 32
}
