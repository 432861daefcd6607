// SPDX-License-Identifier: Apache-2.0

/// A plot of one statistic of the dependence between two representations, layer by layer.
struct LayerPlot {
  let title: String
  let layers: [(layer: Int, value: CouplingReading.Value)]

  private static let width = 240.0
  private static let height = 190.0

  /// A plot for each statistic that was measured in some layer.
  static func all(of measure: CouplingReading) -> [LayerPlot] {
    CouplingReading.statistics.compactMap { name, title in
      let layers = measure.layers.compactMap { layer in
        layer.values[name].map { (layer.number, $0) }
      }
      return layers.isEmpty ? nil : LayerPlot(title: title, layers: layers)
    }
  }

  /// Lines for before and after, and the band of other pairings; nil if there is no drawable
  /// number.
  var drawing: Drawing? {
    let values = layers.flatMap { _, value in
      [value.sides.before ?? nil, value.sides.last, value.null?.lower, value.null?.upper]
        .compactMap { $0 }
    }
    // Values that grow by orders of magnitude across layers need a logarithmic axis.
    let least = values.min() ?? 0
    let most = values.max() ?? 0
    let isLogarithmic = least > 1e-200 && most > 20 * least && most < 1e200
    let extent =
      isLogarithmic ? least / 1.3...most * 1.3 : Scale.domain(covering: values + [0])
    guard let range = extent, let first = layers.first?.layer,
      let last = layers.last?.layer,
      layers.allSatisfy({ (first...max(first, last)).contains($0.layer) })
    else { return nil }
    let frame = PlotFrame(
      left: 46, top: 14, right: Self.width - 14, bottom: Self.height - 42,
      x: Double(first) - 0.5...Double(max(first, last)) + 0.5, y: range,
      isLogarithmic: (false, isLogarithmic))
    let whole = frame.x.ticks(6).filter { $0.value == $0.value.rounded() }
      .map { Scale.Tick(value: $0.value, label: NumberText.fixed($0.value, 0)) }
    var elements =
      frame.verticalAxis(frame.y.ticks(3)) + frame.horizontalAxis(whole)
      + frame.names(x: "layer", y: "")
    func points(_ value: (CouplingReading.Value) -> Double?) -> [(x: Double, y: Double)] {
      layers.compactMap { layer, entry in
        value(entry).flatMap { $0.isFinite ? frame.point(Double(layer), $0) : nil }
      }
    }
    elements.append(Shapes.band(points(\.null?.upper), points(\.null?.lower), "null-band"))
    let before = points { $0.sides.before ?? nil }
    let after = points(\.sides.last)
    if !before.isEmpty {
      elements.append(Shapes.path(before, "curve untouched"))
      elements += before.map { Shapes.circle($0.x, $0.y, radius: 3, "mark untouched small") }
    }
    let kind = before.isEmpty ? "other" : "edited"
    elements.append(Shapes.path(after, "curve \(kind)"))
    elements += after.map { Shapes.circle($0.x, $0.y, radius: 2.2, "mark \(kind) small") }
    return Drawing(
      title: "\(title) by layer",
      description: "\(title) in layers \(first) to \(last), from "
        + "\(NumberText.brief(values.min() ?? 0)) to \(NumberText.brief(values.max() ?? 0)).",
      width: Self.width, height: Self.height, elements: elements)
  }
}
