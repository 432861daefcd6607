// SPDX-License-Identifier: Apache-2.0

package import SPINCheckpoint
import SPINErrors

/// What `adapter_config.json` says of a LoRA or DoRA adapter.
///
/// Defaults are those of PEFT's `LoraConfig`.
public struct AdapterConfiguration: Sendable, Equatable {
  /// Another value for the modules whose name, or the end of it after a dot, a regular expression
  /// matches.
  public struct Exception<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The regular expression.
    public let pattern: String
    /// The value for those modules.
    public let value: Value

    /// An exception.
    public init(_ pattern: String, _ value: Value) {
      self.pattern = pattern
      self.value = value
    }
  }

  /// The rank R, `r`.
  public var rank = 8
  /// `lora_alpha`; the factor of the change is alpha / R.
  public var alpha = 8.0
  /// The share of inputs that training sets to zero on their way to A, `lora_dropout`.
  public var dropout = 0.0
  /// Whether the factor is alpha / sqrt(R), `use_rslora`.
  public var usesRankStabilization = false
  /// Whether rows have lengths of their own, `use_dora`.
  public var usesDoRA = false
  /// Which modules have adapters.
  public var targets: TargetModules
  /// Modules of another rank, `rank_pattern`; the first that matches counts.
  public var ranks: [Exception<Int>] = []
  /// Modules with another alpha, `alpha_pattern`.
  public var alphas: [Exception<Double>] = []
  /// The model that the adapter belongs to, as its maker called it.
  public var baseModel: String?
  /// What is odd about the file without being wrong, as sentences.
  public var warnings: [String] = []

  /// An adapter for some modules.
  public init(targets: TargetModules) { self.targets = targets }

  /// The rank and the factor of the change of a matrix.
  ///
  /// - Parameter path: The configuration's file, for messages.
  /// - Throws: `SPINError` for a pattern that cannot be read.
  package func shape(of name: MatrixName, at path: String) throws -> (rank: Int, scale: Double) {
    let rank = try Self.value(ranks, name, "rank_pattern", path) ?? rank
    let alpha = try Self.value(alphas, name, "alpha_pattern", path) ?? alpha
    let divisor = usesRankStabilization ? Double(rank).squareRoot() : Double(rank)
    return (rank, alpha / divisor)
  }

  private static func value<Value>(
    _ exceptions: [Exception<Value>], _ name: MatrixName, _ key: String, _ path: String
  ) throws -> Value? {
    for exception in exceptions {
      let pattern = try ModulePattern(exception.pattern, prefix: "(?:.*\\.)?") {
        SPINError(.malformedInput, at: "\(path): key \"\(key)\"", $0)
      }
      if pattern.matches(name.module) { return exception.value }
    }
    return nil
  }
}
