// SPDX-License-Identifier: Apache-2.0

/// Where labels stand beside their points so that they hide little.
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
  }

  /// A label with its place.
  package struct Label {
    package let text: String
    package let x, y: Double
    package let anchor: Shapes.Anchor
  }

  /// The width of a text in the drawing's letters, roughly: enough to keep labels apart.
  static func width(_ text: String) -> Double { 6.6 * Double(text.unicodeScalars.count) }

  private static let height = 14.0
  /// Where a label may stand around its point, the preferred places first.
  private static let offsets: [(x: Double, y: Double, anchor: Shapes.Anchor)] = [
    (9, -8, .start), (9, 18, .start), (-9, -8, .end), (-9, 18, .end), (0, -14, .middle),
    (0, 24, .middle), (9, -24, .start), (-9, -24, .end), (9, 34, .start), (-9, 34, .end),
  ]

  /// Places labels one after the other where each overlaps least with what is there.
  ///
  /// - Parameters:
  ///   - points: What is labeled.
  ///   - others: What has no label and is not to be hidden either.
  ///   - frame: Labels do not leave it where they can stay inside.
  package static func place(
    _ points: [(text: String, x: Double, y: Double)], around others: [(x: Double, y: Double)] = [],
    inside frame: Box
  ) -> [Label] {
    var taken = (points.map { ($0.x, $0.y) } + others.map { ($0.x, $0.y) }).map { x, y in
      Box(left: x - 6, top: y - 6, right: x + 6, bottom: y + 6)
    }
    return points.map { point in
      let candidates = offsets.enumerated().map { order, offset in
        let label = Label(
          text: point.text, x: point.x + offset.x, y: point.y + offset.y, anchor: offset.anchor)
        let box = box(label)
        let hidden = taken.reduce(0) { $0 + $1.overlap(box) }
        let outside = max(0, (box.right - box.left) * height - box.overlap(frame))
        return (cost: hidden + 4 * outside + Double(order), label: label, box: box)
      }
      guard let best = candidates.min(by: { $0.cost < $1.cost }) else {
        preconditionFailure("there are candidates")
      }
      taken.append(best.box)
      return best.label
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
    return Box(left: left, top: label.y - height + 3, right: left + width, bottom: label.y + 3)
  }
}
