// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The frequencies of the rotary embedding.
///
/// Read from `rope_parameters` as transformers 5 writes it, or from `rope_theta` and `rope_scaling`
/// as earlier versions do.
public struct RopeParameters: Sendable, Hashable {
  /// The base of the frequencies, theta.
  public let theta: Double
  /// How they are stretched for longer contexts.
  public let scaling: Scaling

  /// A way of stretching frequencies.
  public enum Scaling: Sendable, Hashable {
    /// No scaling.
    case none
    /// Every frequency divided by a factor.
    case linear(factor: Double)
    /// Llama 3.1: low frequencies divided, high ones kept, a smooth band between.
    case llama3(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
      originalMaxPositionEmbeddings: Int)
  }

  /// Radians per position of each pair of a head, `[headSize / 2]`.
  ///
  /// Rounded to Float32 step by step as transformers does (`modeling_rope_utils.py`), so that
  /// angles far into a sequence agree.
  public func frequencies(headSize: Int) -> [Float] {
    (0..<headSize / 2).map { pair in
      let exponent = Float(2 * pair) / Float(headSize)
      let plain = 1 / Float(pow(theta, Double(exponent)))
      switch scaling {
      case .none: return plain
      case .linear(let factor): return plain / Float(factor)
      case .llama3(let factor, let low, let high, let original):
        let wavelength = 2 * Float.pi / plain
        let (low, high, original) = (Float(low), Float(high), Float(original))
        if wavelength < original / high { return plain }
        if wavelength > original / low { return plain / Float(factor) }
        let smooth = (original / wavelength - low) / (high - low)
        return (1 - smooth) * plain / Float(factor) + smooth * plain
      }
    }
  }
}
