// SPDX-License-Identifier: Apache-2.0

/// Numbers of bytes as people read them.
package enum ByteText {
  /// "512 B", "1.5 kB", "8.6 GB": units of 1,000, two digits or three.
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
