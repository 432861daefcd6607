// SPDX-License-Identifier: Apache-2.0

/// The operations of Python's `str`, on Unicode scalars.
package enum PythonText {
  /// `str.isspace` of one character.
  package static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  /// Which ends of a text to strip.
  package enum Side { case left, right, both }

  /// `strip`, `lstrip`, `rstrip`.
  ///
  /// - Parameter characters: The characters to strip; nil for whitespace.
  package static func stripped(
    _ text: String, _ side: Side = .both, of characters: String? = nil
  ) -> String {
    let set = characters.map { Set($0.unicodeScalars) }
    func isStripped(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? isSpace(scalar) }
    var rest = text.unicodeScalars[...]
    if side != .right { rest = rest.drop(while: isStripped) }
    if side != .left { while let last = rest.last, isStripped(last) { rest.removeLast() } }
    return String(rest)
  }

  /// `split()` and `split(None, limit)`: at runs of whitespace, without empty parts.
  static func words(_ text: String, limit: Int = -1) -> [String] {
    var parts: [String] = []
    var rest = text.unicodeScalars.drop(while: isSpace)
    while !rest.isEmpty {
      if parts.count == limit { return parts + [String(rest)] }
      let word = rest.prefix { !isSpace($0) }
      parts.append(String(word))
      rest = rest[word.endIndex...].drop(while: isSpace)
    }
    return parts
  }

  /// `rsplit(None, limit)`.
  static func wordsFromRight(_ text: String, limit: Int) -> [String] {
    guard limit >= 0 else { return words(text) }
    var parts: [String] = []
    var rest = text.unicodeScalars[...]
    func trim() { while let last = rest.last, isSpace(last) { rest.removeLast() } }
    trim()
    while !rest.isEmpty {
      if parts.count == limit {
        parts.append(String(rest))
        break
      }
      let start = rest.lastIndex(where: isSpace).map { rest.index(after: $0) } ?? rest.startIndex
      parts.append(String(rest[start...]))
      rest = rest[..<start]
      trim()
    }
    return parts.reversed()
  }

  /// `splitlines`: at Unicode's line breaks and at some control characters.
  static func lines(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var previous: Unicode.Scalar = "\0"
    var isOpen = false
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      switch scalar {
      case "\n" where previous == "\r" && !isOpen: continue
      case "\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}",
        "\u{2029}":
        lines.append(String(line))
        line = String.UnicodeScalarView()
        isOpen = false
      default:
        line.append(scalar)
        isOpen = true
      }
    }
    return isOpen ? lines + [String(line)] : lines
  }

  // MARK: - Case

  static func uppercased(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { $0 += $1.properties.uppercaseMapping }
  }

  static func lowercased(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.reduce(into: "") { $0 += lowercased(at: $1, in: scalars) }
  }

  /// `capitalize`.
  package static func capitalized(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.reduce(into: "") { result, index in
      result +=
        index == 0
        ? scalars[0].properties.titlecaseMapping : lowercased(at: index, in: scalars)
    }
  }

  /// `title` of `str`: every cased letter that does not follow another becomes title case.
  static func titled(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var followsCased = false
    return scalars.indices.reduce(into: "") { result, index in
      let properties = scalars[index].properties
      result += followsCased ? lowercased(at: index, in: scalars) : properties.titlecaseMapping
      followsCased = isCased(scalars[index])
    }
  }

  /// Jinja's filter `title`: words begin after whitespace, a hyphen or an opening bracket.
  static func titledWords(_ text: String) -> String {
    var result = ""
    var word: [Unicode.Scalar] = []
    func flush() {
      guard let first = word.first else { return }
      result += first.properties.uppercaseMapping + lowercased(String(word.dropFirst()))
      word = []
    }
    for scalar in text.unicodeScalars {
      if isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar) {
        flush()
        result.unicodeScalars.append(scalar)
      } else {
        word.append(scalar)
      }
    }
    flush()
    return result
  }

  static func swapcased(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.reduce(into: "") { result, index in
      let properties = scalars[index].properties
      if properties.isUppercase {
        result += lowercased(at: index, in: scalars)
      } else if properties.isLowercase {
        result += properties.uppercaseMapping
      } else {
        result.unicodeScalars.append(scalars[index])
      }
    }
  }

  /// The lowercase of one scalar.
  ///
  /// A capital sigma at the end of a word becomes a final sigma.
  private static func lowercased(at index: Int, in scalars: [Unicode.Scalar]) -> String {
    let scalar = scalars[index]
    guard scalar == "\u{3A3}" else { return scalar.properties.lowercaseMapping }
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    let isFinal = before.map(isCased) == true && after.map(isCased) != true
    return isFinal ? "\u{3C2}" : "\u{3C3}"
  }

  private static func isCased(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isUppercase || scalar.properties.isLowercase
      || scalar.properties.generalCategory == .titlecaseLetter
  }

  /// `islower` and `isupper`: there is a cased letter, and none has the other case.
  static func isLowercase(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    return scalars.contains { $0.properties.isLowercase }
      && !scalars.contains {
        $0.properties.isUppercase || $0.properties.generalCategory == .titlecaseLetter
      }
  }

  static func isUppercase(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    return scalars.contains { $0.properties.isUppercase }
      && !scalars.contains {
        $0.properties.isLowercase || $0.properties.generalCategory == .titlecaseLetter
      }
  }

  // MARK: - Character classes

  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.numericType == .decimal || scalar.properties.numericType == .digit
  }

  /// `isprintable` of one character.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
