// SPDX-License-Identifier: Apache-2.0

/// How much of a text is final while it is generated, so that it can be shown.
package enum SettledText {
  /// The part of a text that no later token changes.
  ///
  /// Left out at the end: replacement characters, which stand for the first bytes of a character
  /// whose rest is yet to come, and what may turn out to begin a stop string.
  package static func prefix(of text: String, stopStrings: [String]) -> String {
    var scalars = text.unicodeScalars[...]
    while scalars.last == "\u{FFFD}" { scalars.removeLast() }
    let held = stopStrings.map { stop in
      let wanted = stop.unicodeScalars
      let longest = min(scalars.count, wanted.count - 1)
      return stride(from: longest, to: 0, by: -1).first {
        scalars.suffix($0).elementsEqual(wanted.prefix($0))
      } ?? 0
    }
    return String(String.UnicodeScalarView(scalars.dropLast(held.max() ?? 0)))
  }
}
