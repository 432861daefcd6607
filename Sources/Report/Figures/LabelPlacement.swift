// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where labels are put next to their points so that they hide neither each other nor a point.
///
/// Sizes are those of a phone, where the style sheet makes letters largest: what is apart there is
/// apart everywhere.
package enum LabelPlacement {
  /// A rectangle in units of the drawing.
  package struct Box {
    package let left, top, right, bottom: Double

    package init(left: Double, top: Double, right: Double, bottom: Double) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// The area that two boxes share.
    package func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(bottom, other.bottom) - max(top, other.top))
    }

    package var area: Double { (right - left) * (bottom - top) }
  }

  /// A label with its position.
  package struct Label {
    package let text: String
    package let x, y: Double
    package let anchor: Shapes.Anchor
    /// The point that it names, where it is too far from it to be seen as its name without a line.
    package var leader: (x: Double, y: Double)?
  }

  /// The font size of labels on a phone, in units of the drawing.
  package static let fontSize = 16.0

  /// The width of a text in the drawing's letters, roughly: enough to keep labels apart.
  static func width(_ text: String) -> Double {
    0.58 * fontSize * Double(text.unicodeScalars.count)
  }

  private static let ascent = 0.95 * fontSize
  private static let descent = 0.3 * fontSize

  /// Where a label may be around its point, the preferred positions first.
  private static let near: [(x: Double, y: Double, anchor: Shapes.Anchor)] = [
    (9, -8, .start), (9, 21, .start), (-9, -8, .end), (-9, 21, .end), (0, -14, .middle),
    (0, 27, .middle),
  ]
  /// How far from its point a label may be with a line, and in how many directions.
  private static let distances = [34.0, 54, 78, 108, 144, 186]
  private static let directions = 16

  /// Places labels one after the other where each overlaps least with what is there; one that can
  /// only hide another label is left out.
  ///
  /// - Parameters:
  ///   - points: What is labeled, the most important first.
  ///   - others: What has no label and is not to be hidden either.
  ///   - frame: Labels do not leave it where they can stay inside.
  package static func place(
    _ points: [(text: String, x: Double, y: Double)], around others: [(x: Double, y: Double)] = [],
    inside frame: Box
  ) -> [Label] {
    let marks = (points.map { ($0.x, $0.y) } + others.map { ($0.x, $0.y) }).map { x, y in
      Box(left: x - 6, top: y - 6, right: x + 6, bottom: y + 6)
    }
    var taken: [Box] = []
    return points.compactMap { point in
      let candidates =
        candidates(of: point).enumerated().compactMap { order, label in
          let box = box(label)
          let overLabels = taken.reduce(0) { $0 + $1.overlap(box) }
          let overMarks = marks.reduce(0) { $0 + $1.overlap(box) }
          let outside = max(0, box.area - box.overlap(frame))
          // Who is far from its point may as well be inside.
          guard label.leader == nil || outside < 1 else { return nil }
          let cost = 8 * overLabels + overMarks + 4 * outside + Double(order)
          return (cost: cost, label: label, box: box, overLabels: overLabels)
        } as [(cost: Double, label: Label, box: Box, overLabels: Double)]
      guard let best = candidates.min(by: { $0.cost < $1.cost }), best.overLabels == 0 else {
        return nil
      }
      taken.append(best.box)
      return best.label
    }
  }

  private static func candidates(of point: (text: String, x: Double, y: Double)) -> [Label] {
    near.map {
      Label(text: point.text, x: point.x + $0.x, y: point.y + $0.y, anchor: $0.anchor)
    }
      + distances.flatMap { distance in
        (0..<directions).map { direction in
          let angle = 2 * Double.pi * Double(direction) / Double(directions)
          let (dx, dy) = (cos(angle), sin(angle))
          return Label(
            text: point.text, x: point.x + distance * dx,
            y: point.y + distance * dy + (ascent - descent) / 2,
            anchor: dx > 0.3 ? .start : dx < -0.3 ? .end : .middle, leader: (point.x, point.y))
        }
      }
  }

  /// What a label covers, roughly.
  package static func box(_ label: Label) -> Box {
    let width = width(label.text)
    let left =
      switch label.anchor {
      case .start: label.x
      case .middle: label.x - width / 2
      case .end: label.x - width
      }
    return Box(
      left: left, top: label.y - ascent, right: left + width, bottom: label.y + descent)
  }
}

extension LabelPlacement.Label {
  /// The text, after a line to its point where it has one.
  var elements: [Element] {
    let text = Shapes.text(text, x, y, anchor, "label halo")
    guard let leader else { return [text] }
    // To the middle of the letters' height, and not into the mark.
    let end = (x: x, y: y - 0.35 * LabelPlacement.fontSize)
    let length = hypot(end.x - leader.x, end.y - leader.y)
    guard length > 14 else { return [text] }
    let (dx, dy) = ((end.x - leader.x) / length, (end.y - leader.y) / length)
    let gap = anchor == .middle ? 12.0 : 3
    return [
      Shapes.line(
        leader.x + 7 * dx, leader.y + 7 * dy, end.x - gap * dx, end.y - gap * dy, "leader"),
      text,
    ]
  }
}
