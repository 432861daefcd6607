// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The perplexity of each window of a text: of both models above, the change below.
struct PerplexityPlot {
  /// Adjacent windows that share one point.
  struct Group {
    /// The number of the first window, from 1.
    let first: Int
    let count: Int
    /// exp of the mean of the windows' losses.
    let before: Double?
    let after: Double
    /// After divided by before, minus 1.
    let change: Double?
  }

  let groups: [Group]
  /// The number of windows for each point.
  let groupSize: Int
  /// The change over all windows as a ratio minus 1, with its interval.
  let ratio: Report.Estimate?

  /// The maximum number of points.
  private static let limit = 240
  private static let width = 480.0

  /// Groups the windows; nil if there are none.
  init?(_ measure: PerplexityReading) {
    let after = measure.values.last.windowLosses
    let before = measure.values.before?.windowLosses
    guard !after.isEmpty else { return nil }
    let size = (after.count + Self.limit - 1) / Self.limit
    groupSize = size
    groups = stride(from: 0, to: after.count, by: size).map { start in
      let range = start..<min(start + size, after.count)
      let mean = { (losses: [Double]) in
        losses[range].reduce(0, +) / Double(range.count)
      }
      return Group(
        first: start + 1, count: range.count, before: before.map { exp(mean($0)) },
        after: exp(mean(after)), change: before.map { exp(mean(after) - mean($0)) - 1 })
    }
    ratio = measure.ratio.map {
      Report.Estimate(
        $0.value - 1, lower: $0.lower.map { $0 - 1 }, upper: $0.upper.map { $0 - 1 })
    }
  }

  /// The plot; nil if there is no drawable number.
  var drawing: Drawing? {
    let count = Double(groups.last.map { $0.first + $0.count - 1 } ?? 1)
    let windows = 0.5...count + 0.5
    let values = groups.flatMap { [$0.before, $0.after].compactMap { $0 } }
    guard let range = Self.extent(values) else { return nil }
    let changes = groups.compactMap(\.change)
    let hasChange = !changes.isEmpty
    let upper = PlotFrame(
      left: 54, top: 34, right: Self.width - 12, bottom: 170, x: windows, y: range,
      isLogarithmic: (false, true))
    var elements =
      upper.verticalAxis(upper.y.ticks(4)) + upper.horizontalAxis(hasChange ? [] : ticks(upper))
    elements += upper.names(x: hasChange ? "" : "window of the text", y: "perplexity (logarithmic)")
    for group in groups {
      let middle = Double(group.first) + Double(group.count - 1) / 2
      if let before = group.before, before.isFinite {
        let place = upper.point(middle, before)
        elements.append(Shapes.circle(place.x, place.y, radius: 3, "mark untouched small"))
      }
      if group.after.isFinite {
        let place = upper.point(middle, group.after)
        elements.append(
          Shapes.circle(
            place.x, place.y, radius: 2, hasChange ? "mark edited small" : "mark other small"))
      }
    }
    if hasChange { elements += changePlot(windows, changes) }
    return Drawing(
      title: "Perplexity by window", description: description(values),
      width: Self.width, height: hasChange ? 326 : 216, elements: elements)
  }

  /// The range of the logarithmic axis; nil if there is no positive finite value.
  private static func extent(_ values: [Double]) -> ClosedRange<Double>? {
    let values = values.filter { $0 > 0 && $0.isFinite }
    guard let low = values.min(), let high = values.max() else { return nil }
    let margin = max(pow(high / low, 0.06), 1.02)
    guard low / margin > 0, (high * margin).isFinite else { return nil }
    return low / margin...high * margin
  }

  private func changePlot(_ windows: ClosedRange<Double>, _ changes: [Double]) -> [Element] {
    let bounds = [0, ratio?.lower, ratio?.upper].compactMap { $0 }
    guard let range = Scale.domain(covering: changes + bounds) else { return [] }
    let frame = PlotFrame(
      left: 54, top: 212, right: Self.width - 12, bottom: 282, x: windows, y: range)
    let percent = { (value: Double, places: Int) in
      NumberText.signed(value * 100, max(0, places - 2)) + "%"
    }
    var elements =
      frame.verticalAxis(frame.y.ticks(3, label: percent)) + frame.horizontalAxis(ticks(frame))
      + frame.names(x: "window of the text", y: "change")
    if let ratio, let lower = ratio.lower, let upper = ratio.upper {
      let (top, bottom) = (frame.y.position(upper), frame.y.position(lower))
      elements.append(
        Shapes.rectangle(frame.left, top, frame.right - frame.left, bottom - top, "band"))
      let mean = frame.y.position(ratio.value)
      elements.append(Shapes.line(frame.left, mean, frame.right, mean, "curve"))
    }
    let zero = frame.y.position(0)
    elements.append(Shapes.line(frame.left, zero, frame.right, zero, "axis"))
    for group in groups {
      guard let change = group.change, change.isFinite else { continue }
      let place = frame.point(Double(group.first) + Double(group.count - 1) / 2, change)
      elements.append(Shapes.circle(place.x, place.y, radius: 2, "mark edited small"))
    }
    return elements
  }

  /// Ticks at integers, since there is no half window.
  private func ticks(_ frame: PlotFrame) -> [Scale.Tick] {
    frame.x.ticks(6).filter { $0.value == $0.value.rounded() && $0.value >= 1 }
      .map { Scale.Tick(value: $0.value, label: NumberText.fixed($0.value, 0)) }
  }

  private func description(_ values: [Double]) -> String {
    let text = NumberText.brief(values.min() ?? 0) + " to " + NumberText.brief(values.max() ?? 0)
    guard let ratio else { return "Perplexities from \(text)." }
    return "Perplexities from \(text); over all windows the edit changes perplexity by "
      + NumberText.signed(ratio.value * 100, 2) + "%."
  }
}
