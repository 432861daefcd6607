// SPDX-License-Identifier: Apache-2.0

/// The rectangle of a plot, with its two axes.
struct PlotFrame {
  let left, top, right, bottom: Double
  let x: Scale
  let y: Scale

  /// Makes a frame between these edges, in units of the drawing.
  ///
  /// - Parameters:
  ///   - x: The range of the horizontal axis.
  ///   - y: The range of the vertical axis.
  ///   - isLogarithmic: Whether each axis is logarithmic.
  init(
    left: Double, top: Double, right: Double, bottom: Double, x: ClosedRange<Double>,
    y: ClosedRange<Double>, isLogarithmic: (x: Bool, y: Bool) = (false, false)
  ) {
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    self.x =
      isLogarithmic.x
      ? Scale(logarithmic: x, from: left, to: right) : Scale(linear: x, from: left, to: right)
    self.y =
      isLogarithmic.y
      ? Scale(logarithmic: y, from: bottom, to: top) : Scale(linear: y, from: bottom, to: top)
  }

  /// The position of a data point, in units of the drawing.
  func point(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (self.x.position(x), self.y.position(y))
  }

  /// Grid lines at the ticks of the vertical axis, with their labels on the left.
  func verticalAxis(_ ticks: [Scale.Tick]) -> [Element] {
    ticks.flatMap { tick in
      let place = y.position(tick.value)
      return [
        Shapes.line(left, place, right, place, "grid"),
        Shapes.text(tick.label, left - 7, place + 4, .end, "tick"),
      ]
    }
  }

  /// The horizontal axis with its labels, and grid lines if wanted.
  func horizontalAxis(_ ticks: [Scale.Tick], hasGrid: Bool = false) -> [Element] {
    [Shapes.line(left, bottom, right, bottom, "axis")]
      + ticks.flatMap { tick in
        let place = x.position(tick.value)
        return [
          Shapes.line(place, hasGrid ? top : bottom, place, bottom + (hasGrid ? 0 : 4), "grid"),
          Shapes.text(tick.label, place, bottom + 17, .middle, "tick"),
        ]
      }
  }

  /// The names of the axes: the vertical one's above its labels, the horizontal one's below its
  /// end.
  func names(x: String, y: String) -> [Element] {
    [
      Shapes.text(y, 2, top - 12, .start, "axis-name"),
      Shapes.text(x, right, bottom + 37, .end, "axis-name"),
    ]
  }
}
