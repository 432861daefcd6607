// SPDX-License-Identifier: Apache-2.0

/// The element types that SPIN computes with; raw values are the names in safetensors files.
///
/// Files may contain tensors of other types, which are copied unchanged.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// bfloat16, the upper half of an IEEE 754 binary32.
  case bfloat16 = "BF16"

  /// The size of one element in bytes.
  public var byteCount: Int { self == .float32 ? 4 : 2 }
}
