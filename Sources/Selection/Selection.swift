// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames
import SPINErrors
import SPINScores

/// Everything that decides which weights are selected, next to the scores themselves.
public struct Selection: Sendable, Hashable {
  /// How many top weights of a matrix form a set.
  public enum Amount: Sendable, Hashable {
    /// A share of the matrix, rounded as Python's `int(share * rows * columns)`.
    case share(Double)
    /// The same number in every matrix.
    case count(Int)

    /// The number of weights of a matrix.
    public func count(rows: Int, columns: Int) -> Int {
      switch self {
      case .share(let share): Share.count(share, rows: rows, columns: columns)
      case .count(let count): count
      }
    }
  }

  /// The two data sets whose coupled weights are sought; some rules depend on their order.
  public var pair: [String]
  /// The data set of general ability.
  public var general: String
  /// p: the top weights of general ability.
  public var generalAmount: Amount
  /// q: the top weights of each data set of the pair.
  public var pairAmount: Amount
  /// How the sets are combined.
  public var rule: SelectionRule
  /// Which matrices take part; nil for all that were scored.
  public var targetModule: TargetModule?
  /// Which layers take part, both ends included; nil for all.
  public var layers: ClosedRange<Int>?
  /// The factor by which selected weights are multiplied; 0 suppresses them.
  public var scale: Double
  /// The seed of the rule `random`.
  public var seed: UInt64

  /// The defaults are those of the paper's command.
  public init(
    pair: (first: String, second: String) = ("privacy", "fairness"), general: String = "general",
    generalAmount: Amount = .share(5e-7), pairAmount: Amount = .share(5e-7),
    rule: SelectionRule = .paper, targetModule: TargetModule? = nil,
    layers: ClosedRange<Int>? = nil, scale: Double = 0, seed: UInt64 = 0
  ) {
    self.pair = [pair.first, pair.second]
    self.general = general
    self.generalAmount = generalAmount
    self.pairAmount = pairAmount
    self.rule = rule
    self.targetModule = targetModule
    self.layers = layers
    self.scale = scale
    self.seed = seed
  }

  /// Refuses values that no selection can have.
  ///
  /// - Throws: `SPINError` with code `usage` that names the property, the value and the range.
  public func validate() throws {
    try Self.check(generalAmount, of: .generalAmount)
    try Self.check(pairAmount, of: .pairAmount)
    guard pair.count == 2, pair[0] != pair[1], !pair.contains(general) else {
      let names = (pair + [general]).map { "\"\($0)\"" }.joined(separator: ", ")
      throw SPINError(
        .usage, at: "\(setting: .pair), \(setting: .general)",
        "name \(names), expected three different data sets")
    }
    guard scale.isFinite else {
      throw SPINError(.usage, at: .selectionScale, "is \(scale), expected a finite number")
    }
    if let layers, layers.lowerBound < 0 {
      throw SPINError(.usage, at: .layers, "begins at \(layers.lowerBound), expected 0 or more")
    }
  }

  private static func check(_ amount: Amount, of setting: Setting) throws {
    switch amount {
    case .share(let share) where !(share > 0 && share <= 1):
      throw SPINError(
        .usage, at: setting, "is \(share), expected a share above 0 and at most 1",
        remedy: "give a number of weights per matrix with \(setting: .weightCount)")
    case .count(let count) where count < 1:
      throw SPINError(.usage, at: .weightCount, "is \(count), expected at least 1")
    default: break
    }
  }
}
