// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINJSON

/// The frequencies of the rotary embedding.
///
/// Read from `rope_parameters` as transformers 5 writes it, or from the classic `rope_theta` and
/// `rope_scaling`.
public struct RopeParameters: Sendable, Hashable {
  /// The base of the frequencies, theta.
  public let theta: Double
  /// How they are stretched for longer contexts.
  public let scaling: Scaling

  /// A way of stretching frequencies.
  public enum Scaling: Sendable, Hashable {
    /// None.
    case none
    /// Every frequency divided by a factor.
    case linear(factor: Double)
    /// Llama 3.1: low frequencies divided, high ones kept, a smooth band between.
    case llama3(
      factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
      originalMaxPositionEmbeddings: Int)
  }

  init(_ config: JSONObject) throws {
    let parameters: JSONObject? = try config.optional("rope_parameters", code: .configuration)
    let classic: JSONObject? = try config.optional("rope_scaling", code: .configuration)
    let theta =
      try (parameters ?? config).optional("rope_theta", as: Double.self, code: .configuration)
      ?? config.optional("rope_theta", as: Double.self, code: .configuration)
      ?? 10_000  // the default of every family's configuration class in transformers
    guard theta > 0, theta.isFinite else {
      throw config.failure(
        "rope_theta", "is \(theta), expected a positive number", code: .configuration)
    }
    self.theta = theta
    scaling = try (parameters ?? classic).map(Self.scaling) ?? .none
  }

  private static func scaling(_ object: JSONObject) throws -> Scaling {
    func number(_ key: String) throws -> Double {
      let value: Double = try object.required(key, code: .configuration)
      guard value > 0, value.isFinite else {
        throw object.failure(key, "is \(value), expected a positive number", code: .configuration)
      }
      return value
    }
    let type =
      try object.optional("rope_type", as: String.self, code: .configuration)
      ?? object.optional("type", as: String.self, code: .configuration) ?? "default"
    switch type {
    case "default":
      return .none
    case "linear":
      return .linear(factor: try number("factor"))
    case "llama3":
      let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
      guard high > low else {
        throw object.failure(
          "high_freq_factor", "is \(high), expected more than low_freq_factor \(low)",
          code: .configuration)
      }
      return .llama3(
        factor: try number("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
        originalMaxPositionEmbeddings: try object.positive(
          "original_max_position_embeddings",
          try object.required("original_max_position_embeddings", code: .configuration)))
    default:
      throw object.failure(
        "rope_type", "is \"\(type)\", expected \"default\", \"linear\" or \"llama3\"",
        code: .unavailable)
    }
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
