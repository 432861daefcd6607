// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINGGUF
import SPINJSON
import SPINStorage

/// The rotary embedding of a GGUF file as keys of config.json.
struct GGUFRope {
  /// The base of the frequencies.
  let theta: Double
  /// `rope_scaling`, nil for none.
  let scaling: JSON?

  /// Reads keys and, for Llama 3.1 and later, the tensor of frequency divisors.
  ///
  /// - Throws: `SPINError` with code `unavailable` for a scaling that SPIN does not compute.
  init(_ keys: ArchitectureKeys, _ file: GGUFFile, headSize: Int) throws {
    theta = try keys.number("rope.freq_base", otherwise: 10_000)
    let type = try keys.string("rope.scaling.type") ?? "none"
    let divisors = file.tensors.first { $0.name == TensorNames.ropeFrequencies }
    switch type {
    case "none":
      if let divisors {
        scaling = try Self.llama3(divisors, file, theta: theta, headSize: headSize)
      } else if keys.contains("rope.scale_linear") {
        scaling = Self.linear(try keys.number("rope.scale_linear"))
      } else {
        scaling = nil
      }
    case "linear" where divisors == nil:
      scaling = Self.linear(try keys.number("rope.scaling.factor"))
    default:
      throw keys.failure(
        "rope.scaling.type",
        "is \"\(type)\"\(divisors == nil ? "" : " with frequency divisors"), expected \"none\" or "
          + "\"linear\"", code: .unavailable)
    }
  }

  private static func linear(_ factor: Double) -> JSON? {
    factor == 1 ? nil : ["rope_type": "linear", "factor": .number(factor)]
  }

  /// The rule of Llama 3.1 that explains the divisors.
  ///
  /// The converter writes what the rule gives and not the rule itself, so it is found by trying: the
  /// factor is the divisor of the lowest frequency, and all such models have a low frequency factor
  /// of 1, a high one of 4, and a power of two of original positions.
  private static func llama3(
    _ tensor: GGUFTensor, _ file: GGUFFile, theta: Double, headSize: Int
  ) throws -> JSON? {
    func refusal(_ message: String) -> SPINError {
      SPINError(
        .unavailable, at: "\(file.path): tensor \"\(tensor.name)\"", message,
        remedy: "use the checkpoint that the file was made from")
    }
    guard tensor.type == .f32, tensor.count == headSize / 2 else {
      throw refusal(
        "has \(tensor.count) elements of \(tensor.type.name), expected \(headSize / 2) of F32")
    }
    let divisors = file.file.withBytes(tensor.byteRange) { bytes in
      (0..<tensor.count).map {
        Double(Float(bitPattern: bytes.littleEndian(UInt32.self, at: 4 * $0)))
      }
    }
    if divisors.allSatisfy({ $0 == 1 }) { return nil }
    guard let factor = divisors.last, factor > 1, factor <= 4096 else {
      throw refusal("does not end in the factor of a scaling by the rule of Llama 3.1")
    }
    for exponent in 4...20 {
      let rule = Llama3Rule(factor: factor, originalPositionCount: 1 << exponent)
      let expected = rule.divisors(theta: theta, headSize: headSize)
      if zip(divisors, expected).allSatisfy({ abs($0 - $1) <= 1e-4 * $1 }) { return rule.json }
    }
    throw refusal("holds divisors of frequencies that the rule of Llama 3.1 does not give")
  }
}

/// The scaling of rotary frequencies of Llama 3.1 and later.
///
/// - Source: `_compute_llama3_parameters` of transformers; `generate_extra_tensors` of
///   convert_hf_to_gguf.py writes its divisors.
struct Llama3Rule {
  let factor: Double
  let lowFrequencyFactor = 1.0
  let highFrequencyFactor = 4.0
  let originalPositionCount: Int

  /// What each frequency is divided by, `[headSize / 2]`.
  func divisors(theta: Double, headSize: Int) -> [Double] {
    (0..<headSize / 2).map { pair in
      let wavelength = 2 * Double.pi * pow(theta, Double(2 * pair) / Double(headSize))
      let original = Double(originalPositionCount)
      if wavelength < original / highFrequencyFactor { return 1 }
      if wavelength > original / lowFrequencyFactor { return factor }
      let smooth =
        (original / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
      return 1 / ((1 - smooth) / factor + smooth)
    }
  }

  var json: JSON {
    [
      "rope_type": "llama3", "factor": .number(factor),
      "low_freq_factor": .number(lowFrequencyFactor),
      "high_freq_factor": .number(highFrequencyFactor),
      "original_max_position_embeddings": JSON(originalPositionCount),
    ]
  }
}
