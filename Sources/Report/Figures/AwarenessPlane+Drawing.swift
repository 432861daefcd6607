// SPDX-License-Identifier: Apache-2.0

extension AwarenessPlane {
  /// The maximum number of labels; the table names all points.
  private static let labelLimit = 12
  private static let width = 480.0
  private static let height = 400.0

  /// The plane: a point for each model, its intervals as a cross, and a dotted line from the
  /// untouched model to the edited one.
  var drawing: Drawing {
    let ends = { (estimate: Report.Estimate, point: Point) in
      [estimate.value]
        + (point.isLabeled ? [estimate.lower, estimate.upper].compactMap { $0 } : [])
    }
    let frame = PlotFrame(
      left: 50, top: 34, right: Self.width - 16, bottom: Self.height - 44,
      x: extent(points.flatMap { ends($0.x, $0) }), y: extent(points.flatMap { ends($0.y, $0) }))
    let percent = { (value: Double, places: Int) in
      isChange
        ? NumberText.signed(value * 100, max(0, places - 2))
        : NumberText.percent(value, max(0, places - 2))
    }
    var elements =
      frame.verticalAxis(frame.y.ticks(5, label: percent))
      + frame.horizontalAxis(frame.x.ticks(5, label: percent), hasGrid: true)
      + frame.names(
        x: "\(isChange ? "change of " : "")\(nameX) \(words.measure) →",
        y: "↑ \(isChange ? "change of " : "")\(nameY) \(words.measure)")
    for point in points {
      guard let origin = point.origin else { continue }
      let (start, end) = (frame.point(points[origin]), frame.point(point))
      elements.append(Shapes.line(start.x, start.y, end.x, end.y, "path-of-edit"))
    }
    // In reverse, so that the first and most important points are on top.
    elements += points.reversed().map { mark($0, frame) }
    let labeled = points.filter(\.isLabeled).prefix(Self.labelLimit)
    let places = labeled.map { point in
      let place = frame.point(point)
      return (text: Self.short(point.label), x: place.x, y: place.y)
    }
    let box = LabelPlacement.Box(
      left: frame.left, top: frame.top, right: frame.right, bottom: frame.bottom)
    elements += LabelPlacement.place(
      places, around: points.filter { !$0.isLabeled }.map(frame.point), inside: box
    ).flatMap(\.elements)
    return Drawing(
      title: (isChange ? "Change of \(title)" : title.capitalizedFirst),
      description: points.prefix(Self.labelLimit).map(text(of:)).joined(separator: "; "),
      width: Self.width, height: Self.height, elements: elements)
  }

  /// "awareness of fairness and of privacy".
  private var title: String {
    words.isHeuristic
      ? "\(words.measure) in answers on \(nameX) and on \(nameY)"
      : "\(words.measure) of \(nameX) and of \(nameY)"
  }

  private func mark(_ point: Point, _ frame: PlotFrame) -> Element {
    let style = point.kind.rawValue
    let (x, y) = frame.point(point)
    var parts: [Element] = []
    if point.isLabeled, let lower = point.x.lower, let upper = point.x.upper {
      parts.append(
        Shapes.line(frame.x.position(lower), y, frame.x.position(upper), y, "interval \(style)"))
    }
    if point.isLabeled, let lower = point.y.lower, let upper = point.y.upper {
      parts.append(
        Shapes.line(x, frame.y.position(lower), x, frame.y.position(upper), "interval \(style)"))
    }
    parts.append(
      point.kind == .other
        ? Shapes.square(x, y, side: 10, "mark \(style)")
        : Shapes.circle(x, y, radius: 5.5, "mark \(style)"))
    return Shapes.titled(text(of: point), Element("g", elements: parts))
  }

  /// "random: fairness 41.0%, privacy 50.2%".
  private func text(of point: Point) -> String {
    let number = { (value: Double) in
      isChange ? NumberText.signed(value * 100, 1) + " points" : NumberText.percent(value)
    }
    return "\(point.label): \(nameX) \(number(point.x.value)), \(nameY) \(number(point.y.value))"
  }

  /// The numbers of the plane as a table.
  var table: Table {
    let cell = { (estimate: Report.Estimate, count: Int) -> [Table.Cell] in
      var interval = Table.Cell.text(nil)
      if let lower = estimate.lower, let upper = estimate.upper {
        interval = Table.Cell("\(NumberText.percent(lower)) to \(NumberText.percent(upper))")
      }
      return [Table.Cell(NumberText.percent(estimate.value)), interval, .count(count)]
    }
    return Table(
      caption: "\(title.capitalizedFirst), judged by \(judge)",
      columns: [.text("model")]
        + [nameX, nameY].flatMap {
          [.number($0), .number("95% interval"), .number("questions")]
        },
      rows: points.map { [Table.Cell($0.label)] + cell($0.x, $0.countX) + cell($0.y, $0.countY) })
  }

  /// The range of an axis: the values with a margin, for rates at most from −0.02 to 1.02.
  private func extent(_ values: [Double]) -> ClosedRange<Double> {
    let range = Scale.domain(covering: values, room: 0.12) ?? 0...1
    guard !isChange else { return range }
    let (lower, upper) = (max(-0.02, range.lowerBound), min(1.02, range.upperBound))
    return lower < upper ? lower...upper : 0...1
  }

  private static func short(_ label: String) -> String {
    label.unicodeScalars.count <= 28 ? label : String(label.unicodeScalars.prefix(27)) + "…"
  }
}

extension PlotFrame {
  /// The position of a point in the drawing.
  func point(_ point: AwarenessPlane.Point) -> (x: Double, y: Double) {
    self.point(point.x.value, point.y.value)
  }
}
