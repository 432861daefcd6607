// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
package import SPINTemplates

/// What the tasks' prompts take of Python besides what chat templates do.
///
/// Swift's own methods work on characters, which may span several scalars; prompts have to be the
/// same to the byte.
extension PythonText {
  /// `text.rstrip()`, and what it takes off.
  package static func strippedEnd(_ text: String) -> (text: String, spaces: String) {
    let scalars = text.unicodeScalars
    let end =
      scalars.lastIndex { !isSpace($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
    return (
      String(String.UnicodeScalarView(scalars[..<end])),
      String(String.UnicodeScalarView(scalars[end...]))
    )
  }

  /// `text.replace(old, new)`, from the left, without overlaps; `old` is not empty.
  package static func replaced(_ text: String, _ old: String, with new: String) -> String {
    let (bytes, old, new) = (Array(text.utf8), Array(old.utf8), Array(new.utf8))
    precondition(!old.isEmpty, "nothing to replace")
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: old) {
        result += new
        index += old.count
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `re.sub("\\[.*?\\]", "", text)`: brackets with what they hold, which is no line break.
  package static func withoutBrackets(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "["),
        let end = bytes[index...].firstIndex(where: {
          $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "\n")
        }), bytes[end] == UInt8(ascii: "]")
      {
        index = end + 1
      } else {
        result.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `len(text)`.
  package static func length(_ text: String) -> Int { text.unicodeScalars.count }

  /// Whether two texts have the same scalars; Swift's `==` also equates other spellings of them.
  package static func areEqual(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}
