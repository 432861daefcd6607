// SPDX-License-Identifier: Apache-2.0

/// Makes untrusted text safe to print on a terminal.
///
/// Escape sequences in a name or a response can move the cursor, rewrite previous lines and set the
/// clipboard; bidirectional controls display text in a different order ("Trojan Source",
/// CVE-2021-42574).
public enum PrintableText {
  /// The text with control characters, bidirectional controls and line separators written as JSON
  /// escapes ("\u001b"); tabs are kept, and newlines if `keepsNewlines`.
  ///
  /// - Parameter keepsNewlines: Whether newlines are kept, as in a text of several lines.
  public static func escaped(_ text: String, keepsNewlines: Bool = true) -> String {
    // Most texts need no change, so first look for bytes that are or may begin such a character.
    guard text.utf8.contains(where: { mayBegin($0, keepsNewlines) }) else { return text }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard isHidden(scalar, keepsNewlines) else {
        result.unicodeScalars.append(scalar)
        continue
      }
      result += escape(scalar)
    }
    return result
  }

  /// Whether a character is an invisible bidirectional control or a Unicode line or paragraph
  /// separator.
  package static func isBidirectional(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }

  /// The JSON escape of a character in the Basic Multilingual Plane: "\u001b".
  package static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  private static func mayBegin(_ byte: UInt8, _ keepsNewlines: Bool) -> Bool {
    switch byte {
    case 0x09: false
    case 0x0A: !keepsNewlines
    case 0..<0x20, 0x7F, 0xC2, 0xD8, 0xE2: true
    default: false
    }
  }

  /// - Source: Unicode 16, property Bidi_Control; categories Cc, Zl and Zp.
  private static func isHidden(_ scalar: Unicode.Scalar, _ keepsNewlines: Bool) -> Bool {
    switch scalar.value {
    case 0x09: false
    case 0x0A: !keepsNewlines
    case 0..<0x20, 0x7F...0x9F: true
    default: isBidirectional(scalar)
    }
  }
}
