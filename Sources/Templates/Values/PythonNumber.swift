// SPDX-License-Identifier: Apache-2.0

/// Python's conversions between numbers and text.
enum PythonNumber {
  /// `repr(float)`: the shortest digits that round-trip, with an exponent below 1e-4 and from 1e16
  /// on.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    guard value != 0 else { return sign + "0.0" }
    // Swift's digits are the shortest too; only its rule for exponents differs.
    let parts = "\(value.magnitude)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + mantissa[0].count - 1
    var digits = Array((String(mantissa[0]) + (mantissa.count > 1 ? String(mantissa[1]) : "")).utf8)
    while digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    let text = String(decoding: digits, as: UTF8.self)
    if exponent < -4 || exponent >= 16 {
      let fraction = digits.count > 1 ? "." + text.dropFirst() : ""
      let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
      return "\(sign)\(text.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
    }
    if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + text }
    if digits.count <= exponent + 1 {
      return sign + text + String(repeating: "0", count: exponent + 1 - digits.count) + ".0"
    }
    return sign + text.prefix(exponent + 1) + "." + text.dropFirst(exponent + 1)
  }

  /// The longest text that is read as a number, in bytes; Python reads integers of up to 4,300
  /// digits.
  private static let longest = 4_400

  private static let prefixes = [
    (base: 2, text: "0b"), (base: 8, text: "0o"), (base: 16, text: "0x"),
  ]

  /// A whole number that does not fit 64 bits, to which whole numbers are limited here.
  struct Overflow: Error {}

  /// `int(text, base)`; nil if Python raises an error, the text is too long, or the digits are not
  /// ASCII.
  ///
  /// - Throws: `Overflow` if Python would have a number of more than 64 bits.
  static func integer(_ text: String, base: Int = 10) throws(Overflow) -> Int? {
    let trimmed = PythonText.stripped(text, .both)
    guard trimmed.utf8.count <= longest else { return nil }
    var digits = trimmed[...]
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    var base = base
    let prefix = prefixes.first {
      (base == 0 || base == $0.base) && digits.lowercased().hasPrefix($0.text)
    }
    if let prefix {
      base = prefix.base
      digits = digits.dropFirst(2)
      if digits.hasPrefix("_") { digits = digits.dropFirst() }
    }
    // As in Python's source text, where 0 begins nothing but 0.
    if base == 0 {
      guard !digits.hasPrefix("0") || digits.allSatisfy({ "0_".contains($0) }) else { return nil }
      base = 10
    }
    guard (2...36).contains(base),
      let plain = withoutJoints(digits, { $0.isASCII && ($0.isNumber || $0.isLetter) }),
      plain.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLetter) })
    else { return nil }
    if let value = Int((isNegative ? "-" : "") + plain, radix: base) { return value }
    // `Int` tells a digit that the base does not have from a number that is too large by neither.
    let digitsOfBase = "0123456789abcdefghijklmnopqrstuvwxyz".prefix(base)
    if plain.lowercased().allSatisfy({ digitsOfBase.contains($0) }) { throw Overflow() }
    return nil
  }

  /// `float(text)`; nil if Python raises an error, the text is too long, or the digits are not
  /// ASCII.
  static func number(_ text: String) -> Double? {
    let trimmed = PythonText.stripped(text, .both)
    guard trimmed.utf8.count <= longest else { return nil }
    let unsigned = trimmed.drop { $0 == "-" || $0 == "+" }
    guard trimmed.utf8.count - unsigned.utf8.count <= 1 else { return nil }
    if ["inf", "infinity", "nan"].contains(unsigned.lowercased()) {
      return Double(trimmed.lowercased())
    }
    guard let plain = withoutJoints(trimmed[...], { $0.isASCII && $0.isNumber }),
      plain.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) })
    else { return nil }
    return Double(plain)
  }

  /// The text without the underscores between digits; nil if an underscore is elsewhere.
  private static func withoutJoints(
    _ text: Substring, _ isDigit: (Character) -> Bool
  ) -> String? {
    var result = ""
    var previous: Character = "_"
    for character in text {
      if character == "_" {
        guard isDigit(previous) else { return nil }
      } else {
        guard previous != "_" || isDigit(character) || result.isEmpty else { return nil }
        result.append(character)
      }
      previous = character
    }
    return result.isEmpty || previous == "_" ? nil : result
  }
}
