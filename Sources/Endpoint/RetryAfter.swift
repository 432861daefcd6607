// SPDX-License-Identifier: Apache-2.0

/// The header `Retry-After`: a number of seconds, or a date in one of the three forms of HTTP.
///
/// - Source: RFC 9110, sections 10.2.3 and 5.6.7.
package enum RetryAfter {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The time to wait.
  ///
  /// - Parameters:
  ///   - value: The header's value.
  ///   - now: The current time, in seconds since 1970.
  /// - Returns: Seconds, 0 for a date in the past; nil if the value has neither form.
  package static func seconds(_ value: String, now: Double) -> Double? {
    let text = String(value.trimming())
    if !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
      return Double(text)
    }
    return secondsSince1970(text).map { max(0, $0 - now) }
  }

  /// A date in seconds since 1970; nil if it is invalid.
  static func secondsSince1970(_ text: String) -> Double? {
    // "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"
    let fields = text.split { " ,-".contains($0) }
    let isOldest = fields.count == 5
    guard isOldest || fields.count == 6 && fields[5] == "GMT" else { return nil }
    let (dayText, monthText) = isOldest ? (fields[2], fields[1]) : (fields[1], fields[2])
    let (yearText, timeText) = isOldest ? (fields[4], fields[3]) : (fields[3], fields[4])
    let clock = timeText.split(separator: ":", omittingEmptySubsequences: false).map(number)
    guard let day = number(dayText), let month = months.firstIndex(of: String(monthText)),
      var year = number(yearText), clock.count == 3, let hour = clock[0], let minute = clock[1],
      let second = clock[2], 1...31 ~= day, hour < 24, minute < 60, second <= 60
    else { return nil }
    // Years of two digits are from 1970 to 2069.
    if yearText.utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
    let days = daysSince1970(year: year, month: month + 1, day: day)
    return Double(((days * 24 + hour) * 60 + minute) * 60 + second)
  }

  private static func number(_ text: Substring) -> Int? {
    guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
      return nil
    }
    return Int(text)
  }

  /// Days since 1970 in the Gregorian calendar.
  ///
  /// Years are counted from March, so that the leap day is the last day of its year.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}

extension StringProtocol {
  /// The text without spaces and tabs around it, as header values are read.
  func trimming() -> SubSequence {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    var rest = self[...]
    while let first = rest.first, isBlank(first) { rest.removeFirst() }
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return rest
  }
}
