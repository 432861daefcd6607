// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Float32 numbers as the bytes of a checkpoint.
enum ElementConversion {
  /// Appends numbers in a type, rounded to nearest, ties to even, as PyTorch casts them.
  ///
  /// - Parameter name: The tensor, for messages.
  /// - Throws: `SPINError` where a finite number is beyond the largest that the type holds.
  static func append(
    _ values: Span<Float>, as type: ElementType, to bytes: inout [UInt8], name: String
  ) throws {
    switch type {
    case .float32:
      for index in values.indices { bytes.append(littleEndian: values[index].bitPattern) }
    case .bfloat16:
      for index in values.indices {
        let half = HalfPrecision.bfloat16(values[index])
        guard half & 0x7FFF < 0x7F80 || !values[index].isFinite else {
          throw tooLarge(values[index], "BF16 is 3.39e38", "f32", name)
        }
        bytes.append(littleEndian: half)
      }
    case .float16:
      for index in values.indices {
        let half = HalfPrecision.float16(values[index])
        guard half & 0x7FFF < 0x7C00 || !values[index].isFinite else {
          throw tooLarge(values[index], "F16 is 65504", "bf16 or f32", name)
        }
        bytes.append(littleEndian: half)
      }
    }
  }

  private static func tooLarge(
    _ value: Float, _ limit: String, _ others: String, _ name: String
  ) -> SPINError {
    SPINError(
      .malformedInput, at: "tensor \"\(name)\"", "holds \(value), the largest number of \(limit)",
      remedy: "give \(setting: .elementType, value: others)")
  }
}
