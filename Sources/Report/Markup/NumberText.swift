// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage

/// Numbers formatted for readers: a true minus sign, groups of three digits, fixed decimal places.
package enum NumberText {
  /// The text for an absent number.
  package static let none = "–"

  /// A number with a given number of decimal places: "−12.34".
  ///
  /// Numbers that are not finite give `none`; numbers of more than 15 digits are written with a
  /// power of ten.
  package static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return none }
    // Up to 15 digits are exact; more would claim a precision that a Double does not have.
    guard places <= 15, value.magnitude * pow(10, Double(places)) < 1e15 else {
      return scientific(value, digits: min(15, places + 1))
    }
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard places > 0 else { return sign + grouped(scaled) }
    let fraction = String(scaled % scale)
    let padding = String(repeating: "0", count: places - fraction.utf8.count)
    return "\(sign)\(grouped(scaled / scale)).\(padding)\(fraction)"
  }

  /// A number with its sign even if it is positive, as "+1.20"; what rounds to 0 has none.
  package static func signed(_ value: Double, _ places: Int) -> String {
    let text = fixed(value, places)
    return value > 0 && text != fixed(0, places) ? "+" + text : text
  }

  /// A share as a percentage: "41.2%".
  package static func percent(_ share: Double, _ places: Int = 1) -> String {
    share.isFinite ? fixed(share * 100, places) + "%" : none
  }

  /// A grouped integer: "2,165".
  package static func count(_ value: Int) -> String {
    value < 0 ? "−" + grouped(Int(clamping: value.magnitude)) : grouped(value)
  }

  /// A count with its noun: "1 weight", "2,048 weights", "3 matrices".
  ///
  /// - Parameter noun: The noun in the singular.
  static func count(_ value: Int, _ noun: String) -> String {
    let counted = value.counted(noun)
    return count(value) + counted.dropFirst("\(value)".count)
  }

  /// A p-value to two digits: "0.031", "< 0.0001".
  package static func probability(_ value: Double) -> String {
    guard value.isFinite else { return none }
    guard value >= 1e-4 else { return "< 0.0001" }
    guard value < 0.995 else { return value < 1 ? "> 0.99" : "1" }
    let places = value >= 0.0995 ? 2 : value >= 0.00995 ? 3 : 4
    return fixed(value, places)
  }

  /// A number with a given number of significant digits: "0.0123", "45.6", "1,230", "1.5 × 10⁻⁷".
  package static func brief(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return none }
    guard value != 0 else { return "0" }
    let exponent = Int(log10(value.magnitude).rounded(.down))
    guard (-4...9).contains(exponent) else { return scientific(value, digits: digits) }
    return fixed(value, max(0, digits - 1 - exponent))
  }

  /// A number as digits and a power of ten: "1.5 × 10⁻⁷".
  package static func scientific(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : none }
    var exponent = Int(log10(value.magnitude).rounded(.down))
    // 10^-324 underflows, so small numbers are divided in two steps.
    var mantissa =
      exponent < -300
      ? value / 1e-300 / pow(10, Double(exponent + 300)) : value / pow(10, Double(exponent))
    if fixed(mantissa.magnitude, digits - 1).hasPrefix("10") {
      exponent += 1
      mantissa /= 10
    }
    return "\(fixed(mantissa, digits - 1)) × \(powerOfTen(exponent))"
  }

  /// "10⁻⁷".
  package static func powerOfTen(_ exponent: Int) -> String {
    let raised: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    return "10" + String("\(exponent)".compactMap { raised[$0] })
  }

  /// A number of bytes, in decimal units: "8.6 GB".
  package static func bytes(_ count: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(count), 0)
    while value >= 999.5, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 ? "\(count) bytes" : "\(fixed(value, value < 9.95 ? 1 : 0)) \(units[unit])"
  }

  /// A duration: "3.4 s", "12 min 5 s", "4 h 10 min".
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return none }
    if seconds < 59.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  private static func grouped(_ value: Int) -> String {
    var text = ""
    for (place, digit) in String(value).enumerated() {
      if place > 0, (String(value).utf8.count - place) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
