// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Places labels near their points so that they hide neither each other nor a point.
///
/// Sizes are those on a phone, where the style sheet has the largest type: labels that are apart
/// there are apart everywhere.
package enum LabelPlacement {
  /// A rectangle, in units of the drawing.
  package struct Box {
    package let left, top, right, bottom: Double

    package init(left: Double, top: Double, right: Double, bottom: Double) {
      (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// The area of the intersection of two boxes.
    package func overlap(_ other: Box) -> Double {
      max(0, min(right, other.right) - max(left, other.left))
        * max(0, min(bottom, other.bottom) - max(top, other.top))
    }

    package var area: Double { (right - left) * (bottom - top) }
  }

  /// A label and its position.
  package struct Label {
    package let text: String
    package let x, y: Double
    package let anchor: Shapes.Anchor
    /// The point that it labels, if it is too far away to be recognized without a leader line.
    package var leader: (x: Double, y: Double)?
  }

  /// The font size of labels on a phone, in units of the drawing.
  package static let fontSize = 16.0

  /// The approximate width of a text, in units of the drawing.
  static func width(_ text: String) -> Double {
    0.58 * fontSize * Double(text.unicodeScalars.count)
  }

  private static let ascent = 0.95 * fontSize
  private static let descent = 0.3 * fontSize

  /// The offsets of a label near its point, preferred ones first.
  private static let near: [(x: Double, y: Double, anchor: Shapes.Anchor)] = [
    (9, -8, .start), (9, 21, .start), (-9, -8, .end), (-9, 21, .end), (0, -14, .middle),
    (0, 27, .middle),
  ]
  /// The distances and the number of directions of a label with a leader line.
  private static let distances = [34.0, 54, 78, 108, 144, 186]
  private static let directions = 16

  /// Places labels one after another, each where it overlaps least with what has been placed.
  ///
  /// A label whose best position overlaps another label is left out.
  ///
  /// - Parameters:
  ///   - points: The points to label, the most important first.
  ///   - others: Points without labels, which should not be hidden either.
  ///   - frame: The frame that labels should not leave.
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
          // A label with a leader line has many positions; those outside are not needed.
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

  /// The approximate area that a label covers.
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
  /// The text, preceded by a leader line if it has one.
  var elements: [Element] {
    let text = Shapes.text(text, x, y, anchor, "label halo")
    guard let leader else { return [text] }
    // To the middle of the text's height, and outside the point's mark.
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
