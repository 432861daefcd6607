// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs

/// A selection as text: parameters, a row a matrix, totals.
struct SelectionTable {
  private let set: CoupledSet
  private let showsAll: Bool
  private let hint: String
  private let rowLimit: Int?

  /// - Parameters:
  ///   - showsAll: Whether matrices without selected weights have a row too.
  ///   - hint: What shows them, in brackets after a space, where something does.
  ///   - rowLimit: The number of rows where the table is not the result itself: those with the most selected
  ///     weights; nil for all.
  init(_ set: CoupledSet, showsAll: Bool, hint: String = "", rowLimit: Int? = nil) {
    self.hint = hint
    self.set = set
    self.showsAll = showsAll
    self.rowLimit = rowLimit
  }

  /// The whole table; ends in a newline.
  var text: String {
    let shown = set.matrices.filter { showsAll || !$0.indices.isEmpty }
    let rows = limited(shown)
    var lines = [heading, ""]
    if !rows.isEmpty {
      lines += TextTable([Self.header] + rows.map(Self.row)).lines
      if rows.count < shown.count {
        lines.append(
          "the \(rows.count.counted("matrix")) with the most selected weights; \(shown.count - rows.count) more have some"
            + hint)
      }
      lines.append("")
    }
    let hidden = set.matrices.count - shown.count
    if hidden > 0 {
      let more = shown.isEmpty ? "" : " more"
      let subject = hidden == 1 ? "1\(more) matrix has" : "\(hidden)\(more) matrices have"
      lines.append("\(subject) no selected weight\(hint)")
    }
    return (lines + totals + legend).joined(separator: "\n") + "\n"
  }

  /// The rows with the most selected weights, in the order of the layers.
  private func limited(_ matrices: [MatrixSelection]) -> [MatrixSelection] {
    guard let rowLimit, matrices.count > rowLimit else { return matrices }
    let largest = matrices.indices.sorted {
      (-matrices[$0].indices.count, $0) < (-matrices[$1].indices.count, $1)
    }
    return largest.prefix(rowLimit).sorted().map { matrices[$0] }
  }

  private var heading: String {
    let selection = set.selection
    let layers = selection.layers.map { ", layers \($0.lowerBound)..\($0.upperBound)" } ?? ""
    return "rule \(selection.rule.rawValue), A = \(selection.pair[0]) and B = \(selection.pair[1]) "
      + "at q = \(Self.amount(selection.pairAmount)), G = \(selection.general) at "
      + "p = \(Self.amount(selection.generalAmount))\(layers), scale \(Self.brief(selection.scale))"
  }

  private var totals: [String] {
    [
      "selected \(set.count.counted("weight")) in \(set.weights.count) of \(set.matrices.count.counted("matrix")); "
        + "\(set.selectedCoupledCount) of them are in A and B and not in G",
      "sets: A \(set.firstCount), B \(set.secondCount), G \(set.generalCount); A and B share "
        + "\(set.overlapCount), by chance \(Self.brief(set.expectedOverlap))",
    ]
  }

  private var legend: [String] {
    guard set.matrices.contains(where: { showsAll || !$0.indices.isEmpty }) else { return [] }
    return [
      "",
      "A-G, B-G: outside general ability. A&B: in both; chance: expected of unrelated sets; "
        + "p-value: that many or more by chance.",
      "coupled: A&B outside G. margin: the smallest relative distance at the three cuts; ties: "
        + "equal scores across a cut.",
    ]
  }

  private static let header = [
    "matrix", "shape", "A", "B", "G", "A-G", "B-G", "A&B", "chance", "p-value", "coupled",
    "selected", "margin", "ties",
  ]

  private static func row(_ matrix: MatrixSelection) -> [String] {
    let cuts = [matrix.first.cut, matrix.second.cut, matrix.general]
    let margins = cuts.compactMap { cut in
      cut.margin.flatMap { margin in
        cut.value.map { $0 > 0 ? Double(margin / $0) : 0 }
      }
    }
    return [
      "\(matrix.name.layer).\(matrix.name.projection.rawValue)", "\(matrix.rows)x\(matrix.columns)",
      "\(matrix.first.cut.count)", "\(matrix.second.cut.count)", "\(matrix.general.count)",
      "\(matrix.first.outsideGeneral)", "\(matrix.second.outsideGeneral)",
      "\(matrix.overlapCount)", brief(matrix.expectedOverlap), brief(matrix.overlapProbability),
      "\(matrix.coupledCount)", "\(matrix.indices.count)", margins.min().map(brief) ?? "-",
      "\(cuts.map(\.tieCount).max() ?? 0)",
    ]
  }

  /// "1e-06", or "30 weights" of every matrix.
  static func amount(_ amount: Selection.Amount) -> String {
    switch amount {
    case .share(let share): "\(share)"
    case .count(let count): count.counted("weight")
    }
  }

  /// Two significant digits, as in 0, 0.5, 1, 12, 1.6e-05.
  static func brief(_ number: Double) -> String {
    guard number != 0, number.isFinite else { return number == 0 ? "0" : "-" }
    if abs(number) >= 10, abs(number) < 1e15 { return "\(Int(number.rounded()))" }
    // Powers of ten below the smallest number are zero, and p-values on real models come near it.
    let (value, shift) = abs(number) < 1e-290 ? (abs(number) * 1e200, 200) : (abs(number), 0)
    let scaled = Int(log10(value).rounded(.down))
    // Rounded in decimal: scale to two digits, then write the point where it belongs.
    let digits = Int((value / pow(10, Double(scaled - 1))).rounded())
    let exponent = scaled - shift
    let (lead, exponentOf) = digits == 100 ? (10, exponent + 1) : (digits, exponent)
    let mantissa = lead % 10 == 0 ? "\(lead / 10)" : "\(lead / 10).\(lead % 10)"
    let sign = number < 0 ? "-" : ""
    switch exponentOf {
    case 0: return sign + mantissa
    case -3..<0:
      let zeros = String(repeating: "0", count: -exponentOf - 1)
      return sign + "0." + zeros + (lead % 10 == 0 ? "\(lead / 10)" : "\(lead)")
    default: return sign + mantissa + "e\(exponentOf)"
    }
  }
}
