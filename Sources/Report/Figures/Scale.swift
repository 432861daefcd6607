// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Maps numbers to positions along an axis of a drawing.
package struct Scale {
  /// A number that is labeled on the axis.
  package struct Tick: Equatable {
    package let value: Double
    package let label: String
  }

  package let isLogarithmic: Bool
  /// The smallest and the largest number; they differ, and are positive on a logarithmic axis.
  package let domain: ClosedRange<Double>
  /// Their positions, in units of the drawing.
  package let start, end: Double

  /// A linear scale.
  ///
  /// - Precondition: The domain is finite and not a single number.
  package init(linear domain: ClosedRange<Double>, from start: Double, to end: Double) {
    precondition(
      domain.lowerBound.isFinite && domain.upperBound.isFinite
        && domain.lowerBound < domain.upperBound, "a scale needs two different numbers")
    (isLogarithmic, self.domain, self.start, self.end) = (false, domain, start, end)
  }

  /// A logarithmic scale.
  ///
  /// - Precondition: The domain is positive, finite and not a single number.
  package init(logarithmic domain: ClosedRange<Double>, from start: Double, to end: Double) {
    precondition(
      domain.lowerBound > 0 && domain.upperBound.isFinite
        && domain.lowerBound < domain.upperBound, "a logarithmic scale needs positive numbers")
    (isLogarithmic, self.domain, self.start, self.end) = (true, domain, start, end)
  }

  /// The position of a number; numbers outside the domain are moved to its ends.
  package func position(_ value: Double) -> Double {
    let value = min(max(value, domain.lowerBound), domain.upperBound)
    let share =
      isLogarithmic
      ? log(value / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
      : (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    // If the width of the domain overflows, all numbers are in the middle.
    return start + (share.isFinite ? share : 0.5) * (end - start)
  }

  /// A domain that contains all finite values, with a margin; nil if there are none.
  ///
  /// - Parameter room: The margin on either side, as a share of the extent.
  package static func domain(
    covering values: some Sequence<Double>, room: Double = 0.06
  ) -> ClosedRange<Double>? {
    let values = values.filter(\.isFinite)
    guard let low = values.min(), let high = values.max() else { return nil }
    let extent = high - low
    // A single number gets a margin of a tenth of itself.
    let margin = extent > 0 ? extent * room : low == 0 ? 1 : low.magnitude * 0.1
    let (first, last) = (low - margin, high + margin)
    guard first.isFinite, last.isFinite, first < last else { return nil }
    return first...last
  }

  /// Round numbers within the domain.
  ///
  /// - Parameters:
  ///   - count: The approximate number of ticks.
  ///   - label: Formats a number, given the decimal places that distinguish neighbors.
  package func ticks(
    _ count: Int = 5, label: (Double, _ places: Int) -> String = Scale.label
  ) -> [Tick] {
    isLogarithmic ? logarithmicTicks(count) : linearTicks(count, label)
  }

  /// A tick label; numbers below 1e-4 are written with a power of ten.
  package static func label(_ value: Double, places: Int) -> String {
    guard value != 0 else { return NumberText.fixed(0, places > 4 ? 0 : places) }
    let exponent = Int((log10(value.magnitude) + 1e-9).rounded(.down))
    guard exponent < -4 else { return NumberText.fixed(value, places) }
    return NumberText.scientific(value, digits: max(1, exponent + places + 1))
      .replacing(" ", with: "")
  }

  private func linearTicks(_ count: Int, _ label: (Double, Int) -> String) -> [Tick] {
    let rough = (domain.upperBound - domain.lowerBound) / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    // The step whose number of ticks is closest to the request, as a ratio.
    let step =
      ([1, 2, 5, 10].min { abs(log($0 * power / rough)) < abs(log($1 * power / rough)) } ?? 1)
      * power
    // Without ticks if neighbors would differ only beyond the precision of a Double.
    let largest = max(domain.lowerBound.magnitude, domain.upperBound.magnitude)
    guard step.isNormal, largest / step < 1e13 else { return [] }
    let places = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard first <= last, last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map { multiple in
      let value = multiple == 0 ? 0 : multiple * step
      return Tick(value: value, label: label(value, places))
    }
  }

  private func logarithmicTicks(_ count: Int) -> [Tick] {
    let first = Int((log10(domain.lowerBound) - 1e-9).rounded(.up))
    let last = Int((log10(domain.upperBound) + 1e-9).rounded(.down))
    let decades = last - first + 1
    if decades >= 3 {
      let step = max(1, (decades + count - 1) / count)
      return stride(from: first, through: last, by: step).map { exponent in
        Tick(
          value: pow(10, Double(exponent)),
          label: (0...4).contains(exponent)
            ? NumberText.count(Int(pow(10, Double(exponent)))) : NumberText.powerOfTen(exponent))
      }
    }
    let all = (first - 1...last).flatMap { exponent in
      [1.0, 2, 5].map { $0 * pow(10, Double(exponent)) }
    }
    return all.filter { domain.contains($0) }.map {
      Tick(value: $0, label: NumberText.brief($0, digits: 1))
    }
  }
}
