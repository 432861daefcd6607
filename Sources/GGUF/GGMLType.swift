// SPDX-License-Identifier: Apache-2.0

// swift-format-ignore: AlwaysUseLowerCamelCase
/// How the elements of a tensor are stored in a GGUF file.
///
/// Every type that the format knows has a name here, so that a refusal can say what was found;
/// `isDecoded` tells which of them are read.
///
/// - Source: `GGMLQuantizationType` and `GGML_QUANT_SIZES` of the Python package gguf 0.19.
public enum GGMLType: UInt32, Sendable, Hashable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q8_1 = 9
  case q2_K = 10
  case q3_K = 11
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case q8_K = 15
  case iq2_XXS = 16
  case iq2_XS = 17
  case iq3_XXS = 18
  case iq1_S = 19
  case iq4_NL = 20
  case iq3_S = 21
  case iq2_S = 22
  case iq4_XS = 23
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case iq1_M = 29
  case bf16 = 30
  case tq1_0 = 34
  case tq2_0 = 35
  case mxfp4 = 39
  case nvfp4 = 40
  case q1_0 = 41

  /// The name that llama.cpp uses, such as "Q4_1" or "Q6_K".
  public var name: String { "\(self)".uppercased() }

  /// Elements and bytes of one block; rows are whole blocks.
  public var block: (elementCount: Int, byteCount: Int) {
    switch self {
    case .f32, .i32: (1, 4)
    case .f16, .bf16, .i16: (1, 2)
    case .i8: (1, 1)
    case .i64, .f64: (1, 8)
    case .q4_0, .iq4_NL: (32, 18)
    case .q4_1: (32, 20)
    case .q5_0: (32, 22)
    case .q5_1: (32, 24)
    case .q8_0: (32, 34)
    case .q8_1: (32, 40)
    case .q2_K: (256, 84)
    case .q3_K, .iq3_S: (256, 110)
    case .q4_K: (256, 144)
    case .q5_K: (256, 176)
    case .q6_K: (256, 210)
    case .q8_K: (256, 292)
    case .iq2_XXS: (256, 66)
    case .iq2_XS: (256, 74)
    case .iq3_XXS: (256, 98)
    case .iq1_S: (256, 50)
    case .iq2_S: (256, 82)
    case .iq4_XS: (256, 136)
    case .iq1_M: (256, 56)
    case .tq1_0: (256, 54)
    case .tq2_0: (256, 66)
    case .mxfp4: (32, 17)
    case .nvfp4: (64, 36)
    case .q1_0: (128, 18)
    }
  }

  /// Whether elements are read, as numbers or by dequantization.
  public var isDecoded: Bool {
    switch self {
    case .f32, .f16, .bf16, .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K:
      true
    default: false
    }
  }

  /// Whether elements are stored as floating-point numbers rather than in quantized blocks.
  public var isFloatingPoint: Bool {
    switch self {
    case .f32, .f16, .bf16, .f64: true
    default: false
    }
  }

  /// The names of the types that are read, for messages.
  public static var decodedNames: String {
    allCases.filter(\.isDecoded).map(\.name).joined(separator: ", ")
  }
}
