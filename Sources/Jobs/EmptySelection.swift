// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINSelection

/// The message about an empty selection, which edits nothing.
public struct EmptySelection {
  private let set: CoupledSet
  private let scores: ScoreDirectory

  /// - Parameters:
  ///   - set: What was selected.
  ///   - scores: Where its scores are.
  public init(_ set: CoupledSet, scores: ScoreDirectory) {
    self.set = set
    self.scores = scores
  }

  /// Refuses an empty set.
  ///
  /// - Throws: `SPINError` with code `checkFailed` that says what would select something.
  public func refuse() throws {
    guard set.count == 0 else { return }
    let selection = set.selection
    let found =
      set.matrices.isEmpty
      ? "no matrix takes part"
      : "the rule \(selection.rule.rawValue) selects no weight: \(set.overlapCount) weights are in both sets of "
        + "\(set.firstCount), \(set.coupledCount) of them outside the \(set.generalCount) of "
        + "\"\(selection.general)\""
    let more: SettingText =
      larger.map { "give \($0)" } ?? """
        choose a larger \(setting: .weightCount), or a larger \(setting: .pairAmount) and \
        \(setting: .generalAmount)
        """
    throw SPINError(
      .checkFailed, at: scores.path, SettingText(found),
      remedy:
        "\(more); the scores stay usable; \(enabling: .allowsEmpty) continues without an edit")
  }

  /// The smallest multiple of the amounts, by powers of two, that selects something and for which enough
  /// scores were kept; nil where there is none.
  private var larger: SettingText? {
    guard !set.matrices.isEmpty else { return nil }
    var selection = set.selection
    for _ in 0..<24 {
      selection.pairAmount = selection.pairAmount.doubled
      selection.generalAmount = selection.generalAmount.doubled
      guard let set = try? CoupledSet(selection, scores: scores, modelFiles: set.modelFiles) else {
        return nil
      }
      guard set.count > 0 else { continue }
      return switch selection.pairAmount {
      case .count(let count):
        "\(setting: .weightCount, value: count), which selects \(set.count)"
      case .share(let share):
        "\(setting: .pairAmount, value: share)\(Self.general(selection)), which selects \(set.count)"
      }
    }
    return nil
  }

  private static func general(_ selection: Selection) -> SettingText {
    selection.generalAmount.share.map { " \(setting: .generalAmount, value: $0)" } ?? ""
  }
}

extension Selection.Amount {
  fileprivate var doubled: Self {
    switch self {
    case .share(let share): .share(min(1, share * 2))
    case .count(let count): .count(count * 2)
    }
  }

  fileprivate var share: Double? {
    if case .share(let share) = self { share } else { nil }
  }
}
