// SPDX-License-Identifier: Apache-2.0

/// Formats numbers of bytes for people.
package enum ByteText {
  /// A number of bytes in decimal units with two or three digits: "512 B", "1.5 kB", "86 GB".
  package static func text(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.5, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
    guard unit > 0 else { return "\(bytes) B" }
    guard value < 10 else { return "\(Int(saturating: value)) \(units[unit])" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
