// SPDX-License-Identifier: Apache-2.0

/// A way to change a model, or a control, as `spin compare` names it.
///
/// - Source: Qian et al. 2025, arXiv:2410.16672, table 1 and figure 1b, and what an independent
///   reproduction (2026) added: rounds, soft suppression and controls.
public enum ComparisonMethod: String, Sendable, CaseIterable {
  /// The untouched model.
  case origin
  /// SPIN as the paper describes it: rule `paper`.
  case spin
  /// SPIN as the authors' program computes it: rule `released-code`.
  case spinReleased = "spin-released"
  /// Several rounds of scoring and selecting.
  case spinIterated = "spin-iterated"
  /// Coupled weights reduced rather than zeroed.
  case spinSoft = "spin-soft"
  /// The weights of the first data set alone, outside general ability.
  case first
  /// The weights of the second data set alone, outside general ability.
  case second
  /// A control: the same number of weights, from the top weights of general ability.
  case generalOnly = "general-only"
  /// A control: the same number of weights, drawn at random.
  case random
  /// Fine-tuning of all weights.
  case full
  /// Low-rank adaptation.
  case lora
  /// Weight-decomposed low-rank adaptation.
  case dora
  /// Low-rank intervention on hidden states.
  case loreft

  /// Whether weights are selected by scores; nil for what is not.
  public var rule: SelectionRule? {
    switch self {
    case .spin, .spinIterated, .spinSoft: .paper
    case .spinReleased: .releasedCode
    case .first: .first
    case .second: .second
    case .generalOnly: .generalOnly
    case .random: .random
    case .origin, .full, .lora, .dora, .loreft: nil
    }
  }

  /// Whether it is trained on data.
  public var isTrained: Bool {
    switch self {
    case .full, .lora, .dora, .loreft: true
    default: false
    }
  }

  /// Whether it is a control, there to compare with and not to be used.
  public var isControl: Bool { rule?.isControl ?? (self == .origin) }
}
