// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The clock behind `strftime_now`.
struct TemplateClock {
  let date: Date
  var timeZone = TimeZone.current

  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// The date in a `strftime` format, with English names.
  ///
  /// - Throws: `SPINError` at `place` if the format has a directive that is not supported.
  func text(_ format: String, _ place: TemplatePlace) throws -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    let parts = calendar.dateComponents(
      [.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
    let dayOfYear = calendar.ordinality(of: .day, in: .year, for: date) ?? 1
    var result = ""
    var scalars = format.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      // glibc's minus flag leaves out leading zeros.
      let isPlain = scalars.first == "-"
      if isPlain { scalars.removeFirst() }
      func number(_ value: Int?, _ width: Int) -> String {
        let text = String(value ?? 0)
        return isPlain ? text : String(repeating: "0", count: max(0, width - text.count)) + text
      }
      let hour = parts.hour ?? 0
      let weekday = Self.weekdays[((parts.weekday ?? 1) - 1) % 7]
      let month = Self.months[((parts.month ?? 1) - 1) % 12]
      switch scalars.popFirst() {
      case "a": result += weekday.prefix(3)
      case "A": result += weekday
      case "b": result += month.prefix(3)
      case "B": result += month
      case "d": result += number(parts.day, 2)
      case "H": result += number(hour, 2)
      case "I": result += number((hour + 11) % 12 + 1, 2)
      case "j": result += number(dayOfYear, 3)
      case "m": result += number(parts.month, 2)
      case "M": result += number(parts.minute, 2)
      case "p": result += hour < 12 ? "AM" : "PM"
      case "S": result += number(parts.second, 2)
      case "y": result += number((parts.year ?? 0) % 100, 2)
      case "Y": result += String(parts.year ?? 0)
      case "%": result += "%"
      case let other:
        throw place.unsupported(
          "date directive", "%" + (other.map { String($0) } ?? ""),
          supported: "aAbBdHIjmMpSyY%".map { "%\($0)" })
      }
    }
    return result
  }
}
