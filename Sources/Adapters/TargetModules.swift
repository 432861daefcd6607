// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
import SPINErrors

/// Which modules of a model an adapter changes, as PEFT's `target_modules` and its companions say it.
public struct TargetModules: Sendable, Equatable {
  /// A choice of modules.
  public enum Choice: Sendable, Equatable {
    /// Modules whose name, or the end of it after a dot, is among these.
    case names([String])
    /// Modules whose whole name a regular expression matches.
    case pattern(String)
    /// Every linear layer but the output head.
    case allLinear
  }

  /// How the modules are named.
  public var choice: Choice
  /// Modules that are left out all the same.
  public var excluded: Choice?
  /// The layers, counted from 0; nil for all.
  public var layers: [Int]?
  /// What precedes a layer's number in a module's name; empty for anything.
  public var layersPatterns: [String] = []

  /// Modules of a model.
  public init(_ choice: Choice, excluded: Choice? = nil, layers: [Int]? = nil) {
    self.choice = choice
    self.excluded = excluded
    self.layers = layers
  }

  /// Projections of every layer, by PEFT's names.
  public init(_ projections: some Collection<MatrixName.Projection>) {
    self.init(.names(projections.map(\.rawValue).sorted()))
  }

  /// The matrices that are adapted in a model with a number of layers, in order.
  ///
  /// - Throws: `SPINError` where a regular expression cannot be read, or something is meant that is
  ///   none of the seven matrices of a layer.
  package func matrices(layerCount: Int, at path: String) throws -> [MatrixName] {
    let matcher = try Matcher(self, at: path)
    for other in ["lm_head", "model.embed_tokens"] where matcher.contains(other, layer: nil) {
      throw SPINError(
        .unavailable, at: "\(path): key \"target_modules\"",
        "means \(other), only the matrices of the decoder's layers are computed with adapters",
        remedy: "merge this adapter with PEFT")
    }
    return (0..<layerCount).flatMap { layer in
      MatrixName.Projection.allCases.map { MatrixName(layer: layer, projection: $0) }
    }.filter { matcher.contains($0.module, layer: $0.layer) }
  }

  /// The same with its expressions compiled.
  private struct Matcher {
    let choice: (String) -> Bool
    let excluded: (String) -> Bool
    let layers: Set<Int>?
    let layersPatterns: [ModulePattern]

    init(_ targets: TargetModules, at path: String) throws {
      choice = try Self.matcher(targets.choice, "target_modules", path)
      excluded =
        try targets.excluded.map { try Self.matcher($0, "exclude_modules", path) } ?? { _ in false }
      layers = targets.layers.map(Set.init)
      layersPatterns = try targets.layersPatterns.map { text in
        try ModulePattern(text, prefix: "(?:.*?\\.)?") {
          SPINError(.malformedInput, at: "\(path): key \"layers_pattern\"", $0)
        }
      }
    }

    static func matcher(
      _ choice: Choice, _ key: String, _ path: String
    ) throws -> (String) -> Bool {
      switch choice {
      case .names(let names):
        return { module in names.contains { module == $0 || module.hasSuffix("." + $0) } }
      case .pattern(let text):
        let pattern = try ModulePattern(text) {
          SPINError(.malformedInput, at: "\(path): key \"\(key)\"", $0)
        }
        return pattern.matches
      case .allLinear:
        return { $0 != "lm_head" && !$0.hasSuffix("embed_tokens") }
      }
    }

    func contains(_ module: String, layer: Int?) -> Bool {
      guard !excluded(module), choice(module) else { return false }
      guard let layers else { return true }
      guard let layer, layers.contains(layer) else { return false }
      // What precedes ".<layer>." in the name of a decoder's module.
      return layersPatterns.isEmpty || layersPatterns.contains { $0.matches("model.layers") }
    }
  }
}

extension MatrixName {
  /// The name of the linear layer that holds the matrix, as `model.layers.3.mlp.up_proj`.
  package var module: String { String(tensor.dropLast(".weight".count)) }
}
