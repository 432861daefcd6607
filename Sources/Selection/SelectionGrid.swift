// SPDX-License-Identifier: Apache-2.0

public import SPINDecoderNames

/// Combinations of selection parameters, for comparing what they do.
///
///     var grid = SelectionGrid(Selection())
///     grid.pairAmounts = [.share(1e-7), .share(1e-6)]
///     grid.rules = [.paper, .random]
///     grid.selections   // four
public struct SelectionGrid: Sendable, Hashable {
  /// What every selection shares: the pair, general ability, layers, seed.
  public var base: Selection
  /// Values of q.
  public var pairAmounts: [Selection.Amount]
  /// Values of p; empty for the same as q, as in the paper.
  public var generalAmounts: [Selection.Amount] = []
  /// The rules to try.
  public var rules: [SelectionRule]
  /// The matrices that take part; nil stands for all that were scored.
  public var targetModules: [TargetModule?]
  /// What the selected weights are multiplied by.
  public var scales: [Double]

  /// A grid of one selection, with p as it says.
  public init(_ base: Selection) {
    self.base = base
    pairAmounts = [base.pairAmount]
    generalAmounts = [base.generalAmount]
    rules = [base.rule]
    targetModules = [base.targetModule]
    scales = [base.scale]
  }

  /// All combinations, each once: target module, rule, q, p, scale, the last changing fastest.
  public var selections: [Selection] {
    var seen: Set<Selection> = []
    var result: [Selection] = []
    for target in targetModules {
      for rule in rules {
        for pairAmount in pairAmounts {
          for generalAmount in generalAmounts.isEmpty ? [pairAmount] : generalAmounts {
            for scale in scales {
              var selection = base
              selection.targetModule = target
              selection.rule = rule
              selection.pairAmount = pairAmount
              selection.generalAmount = generalAmount
              selection.scale = scale
              if seen.insert(selection).inserted { result.append(selection) }
            }
          }
        }
      }
    }
    return result
  }
}
