// SPDX-License-Identifier: Apache-2.0

/// The element types that SPIN computes on.
///
/// Files may hold others, which are copied unchanged.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper half of a binary32.
  case bfloat16 = "BF16"

  /// The bytes that one element takes.
  public var byteCount: Int { self == .float32 ? 4 : 2 }
}
