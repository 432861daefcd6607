// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension GGMLType {
  /// The values of whole blocks as Float32, bit for bit those of the Python package gguf.
  ///
  /// Products and sums are rounded one by one, in the order of `gguf/quants.py`: a fused
  /// multiply-add would give other bits.
  ///
  /// - Parameters:
  ///   - blocks: Blocks that follow one another, `[n, block.byteCount]`.
  ///   - values: Where the values go, `[n, block.elementCount]`.
  /// - Precondition: `isDecoded`, and both hold the same whole number of blocks.
  package func dequantize(_ blocks: RawSpan, into values: inout MutableSpan<Float>) {
    let (elementCount, byteCount) = block
    let count = blocks.byteCount / byteCount
    precondition(
      blocks.byteCount == count * byteCount && values.count == count * elementCount,
      "blocks and values differ in number")
    for index in 0..<count {
      let (source, target) = (index * byteCount, index * elementCount)
      switch self {
      case .f32: values[target] = Float(bitPattern: blocks.littleEndian(UInt32.self, at: source))
      case .f16: values[target] = blocks.half(at: source)
      case .bf16:
        values[target] = HalfPrecision.float(bfloat16: blocks.littleEndian(UInt16.self, at: source))
      case .q4_0: FourBitBlock.symmetric(blocks, source, &values, target)
      case .q4_1: FourBitBlock.affine(blocks, source, &values, target)
      case .q5_0: FiveBitBlock.symmetric(blocks, source, &values, target)
      case .q5_1: FiveBitBlock.affine(blocks, source, &values, target)
      case .q8_0: EightBitBlock.symmetric(blocks, source, &values, target)
      case .q2_K: TwoBitSuperBlock.decode(blocks, source, &values, target)
      case .q3_K: ThreeBitSuperBlock.decode(blocks, source, &values, target)
      case .q4_K: FourBitSuperBlock.fourBits(blocks, source, &values, target)
      case .q5_K: FourBitSuperBlock.fiveBits(blocks, source, &values, target)
      case .q6_K: SixBitSuperBlock.decode(blocks, source, &values, target)
      default: preconditionFailure("\(name) is not decoded")
      }
    }
  }
}

extension RawSpan {
  /// An IEEE binary16 number.
  func half(at offset: Int) -> Float {
    HalfPrecision.float(float16: littleEndian(UInt16.self, at: offset))
  }
}
