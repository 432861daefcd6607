// SPDX-License-Identifier: Apache-2.0

import SPINGGUF
import SPINStorage
import SPINTestSupport
import Testing

/// Values of quantized blocks, bit for bit those of the Python package gguf.
struct DequantizationTests {
  @Test(arguments: GGMLType.allCases.filter(\.isDecoded))
  func valuesAreThoseOfThePackage(_ type: GGMLType) throws {
    let fixture = try Fixture(file: "gguf/blocks.safetensors")
    let expected = try fixture.floats(type.name + ".values")
    let blocks = try fixture.bytes(type.name + ".blocks")
    #expect(blocks.count / type.block.byteCount * type.block.elementCount == expected.count)
    var values = [Float](repeating: .nan, count: expected.count)
    blocks.withRawSpan { bytes in
      var span = values.mutableSpan
      type.dequantize(bytes, into: &span)
    }
    #expect(values.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test func everyTypeHasTheNameAndBlockOfTheFormat() {
    #expect(GGMLType.q2_K.name == "Q2_K")
    #expect(GGMLType.iq2_XXS.name == "IQ2_XXS")
    #expect(GGMLType.q6_K.block == (256, 210))
    #expect(GGMLType.allCases.filter { !$0.isDecoded }.contains(.iq4_XS))
  }
}
