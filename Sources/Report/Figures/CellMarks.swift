// SPDX-License-Identifier: Apache-2.0

/// Drawings small enough for a table cell, which repeat its numbers.
enum CellMarks {
  private static let width = 120.0
  private static let height = 18.0

  /// A change with its interval, and a line at no change.
  ///
  /// - Parameters:
  ///   - style: "better", "worse", "changed" or "unclear".
  ///   - reach: The extent of the axis on either side of no change; the same in all rows that are
  ///     compared.
  static func interval(_ change: Report.Estimate, style: String, reach: Double) -> Element {
    let scale = Scale(linear: -max(reach, 1e-12)...max(reach, 1e-12), from: 4, to: width - 4)
    let middle = height / 2
    var elements = [Shapes.line(width / 2, 1, width / 2, height - 1, "axis")]
    if let lower = change.lower, let upper = change.upper, lower.isFinite, upper.isFinite {
      elements.append(
        Shapes.line(
          scale.position(lower), middle, scale.position(upper), middle,
          "interval \(style)"))
    }
    elements.append(
      Shapes.circle(scale.position(change.value), middle, radius: 4, "mark \(style)"))
    return drawing(elements)
  }

  /// Two shares on a line from 0 to `largest`: hollow before, filled after.
  static func shares(_ shares: Sides<Double>, largest: Double) -> Element {
    let scale = Scale(linear: 0...max(largest, 1e-12), from: 5, to: width - 5)
    let middle = height / 2
    var elements = [Shapes.line(5, middle, width - 5, middle, "grid")]
    let end = scale.position(shares.last)
    if let before = shares.before {
      let start = scale.position(before)
      elements.append(Shapes.line(start, middle, end, middle, "curve"))
      elements.append(Shapes.circle(start, middle, radius: 4, "mark untouched"))
    }
    elements.append(
      Shapes.circle(end, middle, radius: 4, shares.before == nil ? "mark other" : "mark edited"))
    return drawing(elements)
  }

  /// The drawing, hidden from screen readers, because the row has the same numbers.
  private static func drawing(_ elements: [Element]) -> Element {
    Element(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 120 18"),
        ("class", "cell-mark"), ("aria-hidden", "true"), ("focusable", "false"),
      ], elements: elements)
  }
}
