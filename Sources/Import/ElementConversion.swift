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
        bytes.append(littleEndian: HalfPrecision.bfloat16(values[index]))
      }
    case .float16:
      for index in values.indices {
        let half = HalfPrecision.float16(values[index])
        guard half & 0x7FFF < 0x7C00 || !values[index].isFinite else {
          throw SPINError(
            .malformedInput, at: "tensor \"\(name)\"",
            "holds \(values[index]), the largest number of F16 is 65504",
            remedy: "give --dtype bf16 or f32")
        }
        bytes.append(littleEndian: half)
      }
    }
  }
}
