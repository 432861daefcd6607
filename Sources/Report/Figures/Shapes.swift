// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The shapes of which drawings consist.
///
/// Colors and line widths come from the style sheet, by class, so that drawings follow the theme of
/// the page.
package enum Shapes {
  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> Element {
    Element(
      "line",
      [
        ("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)), ("y2", number(y2)),
        ("class", style),
      ])
  }

  static func circle(_ x: Double, _ y: Double, radius: Double, _ style: String) -> Element {
    Element(
      "circle",
      [("cx", number(x)), ("cy", number(y)), ("r", number(radius)), ("class", style)])
  }

  static func square(_ x: Double, _ y: Double, side: Double, _ style: String) -> Element {
    rectangle(x - side / 2, y - side / 2, side, side, style)
  }

  static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    opacity: Double? = nil
  ) -> Element {
    var attributes = [
      ("x", number(x)), ("y", number(y)), ("width", number(max(0, width))),
      ("height", number(max(0, height))), ("class", style),
    ]
    if let opacity { attributes.append(("fill-opacity", number(opacity))) }
    return Element("rect", attributes)
  }

  /// A polyline.
  static func path(_ points: [(x: Double, y: Double)], _ style: String) -> Element {
    Element("path", [("d", commands(points)), ("class", style)])
  }

  /// A filled band between two lines with the same x coordinates.
  static func band(
    _ upper: [(x: Double, y: Double)], _ lower: [(x: Double, y: Double)], _ style: String
  ) -> Element {
    Element("path", [("d", commands(upper + lower.reversed()) + "Z"), ("class", style)])
  }

  /// How a text is aligned to its position.
  package enum Anchor: String { case start, middle, end }

  static func text(
    _ string: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, _ style: String = "label"
  ) -> Element {
    Element(
      "text",
      [
        ("x", number(x)), ("y", number(y)), ("text-anchor", anchor.rawValue), ("class", style),
      ], text: string)
  }

  /// An element with a tooltip.
  static func titled(_ title: String, _ element: Element) -> Element {
    var element = element
    element.children.insert(.element(Element("title", text: title)), at: 0)
    return element
  }

  /// A coordinate with at most two decimal places, which is precise enough and keeps the page
  /// small.
  static func number(_ value: Double) -> String {
    precondition(value.isFinite, "a coordinate is not a number")
    let scaled = Int(saturating: value.magnitude * 100)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(sign)\(whole)" }
    let digits = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
    return "\(sign)\(whole).\(digits)"
  }

  private static func commands(_ points: [(x: Double, y: Double)]) -> String {
    points.enumerated().map { index, point in
      "\(index == 0 ? "M" : "L")\(number(point.x)) \(number(point.y))"
    }.joined()
  }
}
