// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Testing

struct NonFiniteCountTests {
  private func count(_ bytes: [UInt8], _ type: ElementType) -> NonFiniteCount {
    var count = NonFiniteCount()
    bytes.withRawSpan { count.add($0, type, at: 100) }
    return count
  }

  /// Every pattern of 16 bits, against the conversion to Float32.
  @Test(arguments: [ElementType.float16, .bfloat16])
  func everyHalfIsJudgedAsItsValue(_ type: ElementType) {
    var bytes: [UInt8] = []
    var (nan, infinity) = (0, 0)
    for bits in 0...UInt16.max {
      bytes.append(littleEndian: bits)
      let value =
        type == .float16
        ? HalfPrecision.float(float16: bits) : HalfPrecision.float(bfloat16: bits)
      nan += value.isNaN ? 1 : 0
      infinity += value.isInfinite ? 1 : 0
    }
    let found = count(bytes, type)
    #expect(found.nan == nan && found.infinity == infinity && infinity == 2)
    #expect(found.first == 100 + (type == .float16 ? 0x7C00 : 0x7F80))
  }

  @Test func firstAndCountsAreThoseOfTheWholeStretch() {
    var values = [Float](repeating: -Float.greatestFiniteMagnitude, count: 10_000)
    values[9_000] = .nan
    values[9_001] = -.infinity
    values[4_095] = .infinity
    var bytes: [UInt8] = []
    for value in values { bytes.append(littleEndian: value.bitPattern) }
    let found = count(bytes, .float32)
    #expect(found.nan == 1 && found.infinity == 2 && found.first == 4_195)
    #expect(found.text == "1 NaN and 2 infinite values")
    #expect(count(Array(bytes[..<4_000]), .float32).isEmpty)
  }
}
