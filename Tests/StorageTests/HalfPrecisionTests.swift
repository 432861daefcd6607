// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Testing

struct HalfPrecisionTests {
  @Test func everyBFloat16PatternSurvivesARoundTrip() {
    for bits in UInt16.min...UInt16.max where !HalfPrecision.float(bfloat16: bits).isNaN {
      #expect(HalfPrecision.bfloat16(HalfPrecision.float(bfloat16: bits)) == bits)
    }
  }

  @Test func everyFloat16PatternSurvivesARoundTrip() {
    for bits in UInt16.min...UInt16.max where !HalfPrecision.float(float16: bits).isNaN {
      #expect(HalfPrecision.float16(HalfPrecision.float(float16: bits)) == bits)
    }
  }

  @Test func halfwayRoundsToEven() {
    #expect(HalfPrecision.bfloat16(Float(bitPattern: 0x3F80_8000)) == 0x3F80)
    #expect(HalfPrecision.bfloat16(Float(bitPattern: 0x3F81_8000)) == 0x3F82)
    #expect(HalfPrecision.float16(1 + 0x1p-11) == 0x3C00)
    #expect(HalfPrecision.float16(1 + 3 * 0x1p-11) == 0x3C02)
    #expect(HalfPrecision.float16(65_519.99) == 0x7BFF)
    #expect(HalfPrecision.float16(65_520) == 0x7C00)
    #expect(HalfPrecision.float16(0x1p-25) == 0)
    #expect(HalfPrecision.float16(0x1.8p-25) == 1)
  }
}
