// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPINStorage

/// A number of bytes as people write it: "8GB", "500 MB", "4GiB", "1000000".
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init(bytes: Int) { self.bytes = bytes }

  /// "5 GB" in help.
  var defaultValueDescription: String { Self.text(bytes) }

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    let unit = argument.dropFirst(digits.count).drop { $0 == " " }.uppercased()
    let factors: [String: Double] = [
      "": 1, "B": 1, "K": 1e3, "KB": 1e3, "M": 1e6, "MB": 1e6, "G": 1e9, "GB": 1e9, "T": 1e12,
      "TB": 1e12, "KIB": 0x1p10, "MIB": 0x1p20, "GIB": 0x1p30, "TIB": 0x1p40,
    ]
    guard let number = Double(digits), let factor = factors[unit] else { return nil }
    let bytes = number * factor
    guard bytes >= 1, bytes < 0x1p62 else { return nil }
    self.bytes = Int(bytes)
  }

  /// "8.6 GB".
  static func text(_ bytes: Int) -> String { ByteText.text(bytes) }
}

/// Decimal numbers with a fixed number of places.
enum Decimals {
  static func text(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "-" }
    // Beyond that an Int does not hold the digits, and more digits are of no use.
    guard value.magnitude < 1e9 else { return SelectionTable.brief(value) }
    guard places > 0 else { return "\(Int(value.rounded()))" }
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((value.magnitude * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let padding = String(repeating: "0", count: places - fraction.count)
    return "\(value < 0 && scaled > 0 ? "-" : "")\(scaled / scale).\(padding)\(fraction)"
  }

  /// Four significant digits, as in 0.01235, 12.35, 1.235e-07.
  static func significant(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "-" }
    var exponent = Int(log10(value.magnitude).rounded(.down))
    // 9.9999 rounds to a digit more.
    if (value.magnitude / pow(10, Double(exponent)) * 1000).rounded() >= 10_000 { exponent += 1 }
    guard !(-3...8).contains(exponent) else { return text(value, max(0, 3 - exponent)) }
    return text(value / pow(10, Double(exponent)), 3) + "e\(exponent)"
  }

  /// A number as it was given: 50 and not 50.0.
  static func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A share as a change in percent: "+1.23%".
  static func change(_ share: Double) -> String {
    share.isFinite ? (share < 0 ? "" : "+") + text(share * 100, 2) + "%" : "-"
  }
}
