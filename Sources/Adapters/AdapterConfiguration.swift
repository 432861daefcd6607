// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
package import SPINDecoderNames
import SPINErrors

/// What `adapter_config.json` says about a LoRA or DoRA adapter.
///
/// Defaults are those of PEFT's `LoraConfig`.
public struct AdapterConfiguration: Sendable, Equatable {
  /// Another value for the modules whose name, or the end of it after a dot, a regular expression
  /// matches.
  public struct Exception<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The regular expression that names the modules.
    public let pattern: String
    /// The value for those modules.
    public let value: Value

    /// A value for the modules that a pattern names.
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
  /// Warnings about the file, as sentences.
  public var warnings: [String] = []

  /// An adapter for some modules.
  public init(targets: TargetModules) { self.targets = targets }

  /// The rank and the factor of the change of a matrix.
  ///
  /// - Parameter path: The configuration's file, for messages.
  /// - Throws: `SPINError` for a pattern that cannot be read.
  package func shape(of name: MatrixName, at path: String) throws -> (rank: Int, scale: Double) {
    try shapes(at: path)(name)
  }

  /// `shape(of:at:)` for many matrices: every pattern is read once.
  package func shapes(
    at path: String
  ) throws -> (MatrixName) -> (rank: Int, scale: Double) {
    let ranks = try Self.compiled(ranks, "rank_pattern", path)
    let alphas = try Self.compiled(alphas, "alpha_pattern", path)
    return { name in
      let module = name.module
      let rank = ranks.first { $0.pattern.matches(module) }?.value ?? rank
      let alpha = alphas.first { $0.pattern.matches(module) }?.value ?? alpha
      let divisor = usesRankStabilization ? Double(rank).squareRoot() : Double(rank)
      return (rank, alpha / divisor)
    }
  }

  /// The most bytes that all patterns of a key have: matching takes time in proportion, for every matrix.
  static let longestPatterns = 100_000

  private static func compiled<Value>(
    _ exceptions: [Exception<Value>], _ key: String, _ path: String
  ) throws -> [(pattern: ModulePattern, value: Value)] {
    func failure(_ message: String) -> SPINError {
      SPINError(.malformedInput, at: "\(path): key \"\(key)\"", message)
    }
    let byteCount = exceptions.reduce(0) { $0 + $1.pattern.utf8.count }
    guard byteCount <= longestPatterns else {
      throw failure(
        "has patterns of \(byteCount) bytes together, at most \(longestPatterns) are read")
    }
    return try exceptions.map { exception in
      (
        try ModulePattern(exception.pattern, prefix: "(?:.*\\.)?", failure: failure),
        exception.value
      )
    }
  }
}
