// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINScores

extension CoupledSet {
  /// What a user should know before relying on the selection, each a sentence with what to do.
  ///
  /// Settings are called as `SettingNames` says.
  public var warnings: [String] {
    [emptySelection, emptySets(.first), emptySets(.general), ties].compactMap { $0?.description }
  }

  private enum Group { case first, general }

  private var emptySelection: SettingText? {
    guard count == 0 else { return nil }
    guard !matrices.isEmpty else {
      return "no matrix takes part; check \(setting: .selectedModules) and \(setting: .layers)"
    }
    guard firstCount > 0 || secondCount > 0 else {
      return """
        the selection is empty: no matrix has a top weight at these shares; choose \
        \(setting: .weightCount) or a larger \(setting: .pairAmount)
        """
    }
    let sets =
      "\(overlapCount) weights are in both sets of \(firstCount), \(coupledCount) of them outside "
      + "the \(generalCount) of \"\(selection.general)\""
    return """
      the selection is empty: \(sets); choose a larger \(setting: .pairAmount), a smaller \
      \(setting: .generalAmount) or \(setting: .weightCount)
      """
  }

  /// Shapes whose share is less than one weight.
  private func emptySets(_ group: Group) -> SettingText? {
    let amount = group == .first ? selection.pairAmount : selection.generalAmount
    guard case .share(let share) = amount,
      // Equal shares leave the same matrices empty: said once.
      group == .first || selection.pairAmount != selection.generalAmount
    else { return nil }
    let empty = matrices.filter { amount.count(rows: $0.rows, columns: $0.columns) == 0 }
    guard let smallest = empty.min(by: { $0.size < $1.size }) else { return nil }
    var shapes: [String] = []
    for matrix in empty {
      let shape = "\(matrix.rows)x\(matrix.columns)"
      if !shapes.contains(shape) { shapes.append(shape) }
    }
    let subject = empty.count == 1 ? "1 matrix gets" : "\(empty.count) matrices get"
    let setting = group == .first ? Setting.pairAmount : .generalAmount
    return """
      \(subject) no weight at \(setting: setting, value: share) (\(shapes.joined(separator: ", "))): the share \
      of such a matrix is less than one weight; choose \(setting: .weightCount) or a share of at least \
      \(Self.smallestShare(rows: smallest.rows, columns: smallest.columns))
      """
  }

  /// The smallest share of two digits that gives a matrix a weight.
  private static func smallestShare(rows: Int, columns: Int) -> Double {
    let exact = 1 / (Double(rows) * Double(columns))
    let power = pow(10, 1 - log10(exact).rounded(.down))
    var digits = (exact * power).rounded(.down)
    while Share.count(min(1, digits / power), rows: rows, columns: columns) == 0 { digits += 1 }
    return digits / power
  }

  private var ties: SettingText? {
    let tied = matrices.filter {
      $0.first.cut.tieCount > 0 || $0.second.cut.tieCount > 0 || $0.general.tieCount > 0
    }
    guard !tied.isEmpty else { return nil }
    let subject = tied.count == 1 ? "1 matrix" : "\(tied.count) matrices"
    return """
      in \(subject) equal scores are on both sides of a cut, and the smaller index was taken; \
      another share would not depend on the order of weights
      """
  }
}
