// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// The YAML at the head of a model card, as far as it has to be understood: which keys there are, and
/// the lines of each.
package struct FrontMatter {
  /// A key of the outermost level with its lines, the key's own first, as they appear in the file.
  package struct Entry {
    package let key: String
    package let lines: [String]
  }

  package let entries: [Entry]

  /// Parts a card into front matter and text; a card that does not begin with one has none.
  ///
  /// Lines between two lines of three hyphens are the front matter; a key's value continues until the
  /// next line that begins with a key.
  package static func split(_ card: String) -> (frontMatter: FrontMatter, text: String) {
    // By scalars: a carriage return and a line feed are one Character.
    let lines = card.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line -> String in
        let line = line.last == "\r" ? line.dropLast() : line
        return String(String.UnicodeScalarView(line))
      }
    let first = lines.first.map { $0.hasPrefix("\u{FEFF}") ? String($0.dropFirst()) : $0 }
    guard first?.trimmedEnd == "---",
      let end = lines.dropFirst().firstIndex(where: { $0.trimmedEnd == "---" })
    else { return (FrontMatter(entries: []), lines.joined(separator: "\n")) }
    var entries: [(key: String, lines: [String])] = []
    for line in lines[1..<end] {
      if let key = key(of: line) {
        entries.append((key, [line]))
      } else if !entries.isEmpty {
        entries[entries.count - 1].lines.append(line)
      }
    }
    return (
      FrontMatter(entries: entries.map { Entry(key: $0.key, lines: $0.lines) }),
      lines[(end + 1)...].joined(separator: "\n")
    )
  }

  /// The lines of some keys, in the order of the keys given.
  package func lines(of keys: [String]) -> [String] {
    keys.flatMap { key in entries.first { $0.key == key }?.lines ?? [] }
  }

  /// The value of a key as a text, where it is a scalar on one line; nil otherwise.
  package func scalar(of key: String) -> String? {
    guard let line = lines(of: [key]).first, let colon = line.firstIndex(of: ":") else {
      return nil
    }
    return Self.text(ofScalar: String(line[line.index(after: colon)...]))
  }

  /// The elements of a list under a key, a line each.
  package func list(of key: String) -> [String] {
    lines(of: [key]).dropFirst().compactMap { line in
      let element = line.drop { $0 == " " }
      return element.hasPrefix("- ") ? Self.text(ofScalar: String(element.dropFirst(2))) : nil
    }
  }

  /// The text that `scalar(_:)` wrote; nil for nothing.
  private static func text(ofScalar scalar: String) -> String? {
    let plain = scalar.drop { $0 == " " }.trimmedEnd
    guard plain.count >= 2, plain.first == "\"", plain.last == "\"" else {
      return plain.isEmpty ? nil : String(plain)
    }
    var text = ""
    var isEscaped = false
    for character in plain.dropFirst().dropLast() {
      if isEscaped {
        text.append(character == "n" ? "\n" : character)
      } else if character != "\\" {
        text.append(character)
      }
      isEscaped = !isEscaped && character == "\\"
    }
    return text
  }

  private static func key(of line: String) -> String? {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
    let key = line[..<colon]
    let isKey = key.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isKey && key.first != "-" ? String(key) : nil
  }

  /// A text as a YAML scalar: plain where it cannot be mistaken, otherwise in double quotes.
  package static func scalar(_ text: String) -> String {
    let isPlain =
      text.first.map { $0.isASCII && $0.isLetter } == true
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "-_./".utf8.contains(byte)
        }
      }
      && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(text.lowercased())
    if isPlain { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): quoted += " "
      case _ where PrintableText.isBidirectional(scalar): quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension StringProtocol where SubSequence == Substring {
  /// The text without spaces and tabs at its end.
  fileprivate var trimmedEnd: Substring {
    var end = self[...]
    while let last = end.last, last == " " || last == "\t" { end.removeLast() }
    return end
  }
}
