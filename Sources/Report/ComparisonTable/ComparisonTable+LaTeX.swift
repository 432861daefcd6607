// SPDX-License-Identifier: Apache-2.0

import SPINStorage

extension ComparisonTable {
  /// The table for a paper: a `table` environment with a caption and a label.
  ///
  /// It needs the package `booktabs`.
  public var latex: String {
    let names = columns.map { column in
      "\\shortstack[r]{\(Self.title(column))}"
    }
    let heading = (["Method", "Weights"] + names).joined(separator: " & ")
    var lines = [
      "% Needs \\usepackage{booktabs}.", "\\begin{table}", "  \\centering", "  \\small",
      "  \\caption{\(Self.escaped(title)). \(Self.escaped(caption)) "
        + "\(hasMarks ? "The mark is a star." : "No change is marked.")}",
      "  \\label{tab:spin-comparison}",
      "  \\begin{tabular}{lr\(String(repeating: "r", count: columns.count))}", "    \\toprule",
      "    \(heading) \\\\", "    \\midrule",
    ]
    for (place, row) in rows.enumerated() {
      let cells = zip(columns, row.entries).map { column, entry in cell(column, entry, row) }
      let line = [Self.escaped(row.label), Self.escaped(sizeText(row))] + cells.map(\.value)
      lines.append("    \(line.joined(separator: " & ")) \\\\")
      for detail in [cells.map(\.interval), cells.map(\.spread), cells.map(\.gaps)]
      where detail.contains(where: { $0 != nil }) {
        let line = ["", ""] + detail.map { $0.map { "{\\scriptsize \($0)}" } ?? "" }
        lines.append("    \(line.joined(separator: " & ")) \\\\")
      }
      // A rule separates the untouched model from the methods.
      if place == 0, rows.count > 1 { lines.append("    \\midrule") }
    }
    lines += ["    \\bottomrule", "  \\end{tabular}", "\\end{table}", ""]
    return lines.joined(separator: "\n")
  }

  private func cell(
    _ column: Column, _ entry: Entry?, _ row: Row
  ) -> (value: String, interval: String?, spread: String?, gaps: String?) {
    guard let entry else { return ("--", nil, nil, nil) }
    let mark = entry.effect == .unclear ? "" : "$^{*}$"
    return (
      Self.escaped(column.text(entry.value.mean.value)) + mark,
      intervalText(entry, column).map { "[\(Self.escaped($0))]" },
      spreadText(entry, row, column).map { "seeds \(Self.escaped($0))" },
      entry.value.gaps.map { Self.escaped($0.text) }
    )
  }

  /// "fairness \\ awareness (\%) $\uparrow$": the name and the measure, one line each.
  private static func title(_ column: Column) -> String {
    let arrow =
      column.direction.isEmpty
      ? "" : column.isBetterWhenHigher ? " $\\uparrow$" : " $\\downarrow$"
    switch column.kind {
    case .awareness:
      return "\(escaped(column.name)) \\\\ \(escaped(column.words.measure)) (\\%)\(arrow)"
    case .overRefusal: return "\(escaped(column.name)) \\\\ refused (\\%)\(arrow)"
    case .perplexity: return "perplexity\(arrow)"
    case .accuracy: return "\(escaped(column.name)) \\\\ accuracy (\\%)\(arrow)"
    }
  }

  /// Superscript characters with their plain digits, as in powers of ten.
  private static let superscripts: [Unicode.Scalar: String] = [
    "⁻": "-", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7",
    "⁸": "8", "⁹": "9",
  ]

  /// The text with LaTeX's special characters escaped.
  ///
  /// Characters outside ASCII that LaTeX supports in UTF-8 are unchanged; control characters become
  /// spaces.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\textbackslash{}"
      case "{", "}", "$", "&", "#", "_", "%": result += "\\\(scalar)"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "<": result += "\\textless{}"
      case ">": result += "\\textgreater{}"
      case "|": result += "\\textbar{}"
      case "\"": result += "''"
      case "−": result += "$-$"
      case "–": result += "--"
      case "×": result += "$\\times$"
      case _ where superscripts[scalar] != nil: result += "$^{\(superscripts[scalar] ?? "")}$"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): result += " "
      case _ where PrintableText.isBidirectional(scalar): result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
