// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
import SPINEvaluation
package import SPINJSON

/// JSON as Python's `json.dumps(value, indent=2, ensure_ascii=False)` writes it.
///
/// lm-eval hashes documents in this spelling; the same hash says that both read the same item.
package enum PythonJSON {
  /// The text of a value.
  package static func text(_ value: JSON, level: Int = 0) -> String {
    let inner = "\n" + String(repeating: " ", count: 2 * (level + 1))
    let outer = "\n" + String(repeating: " ", count: 2 * level)
    switch value {
    case .array(let elements) where !elements.isEmpty:
      let texts = elements.map { inner + text($0, level: level + 1) }
      return "[" + texts.joined(separator: ",") + outer + "]"
    case .object(let object) where object.count > 0:
      let texts = object.members.map { key, value in
        inner + text(.string(key)) + ": " + text(value, level: level + 1)
      }
      return "{" + texts.joined(separator: ",") + outer + "}"
    default: return value.serialized(indented: false)
    }
  }

  /// The SHA-256 of a text, as lm-eval's `hash_string`.
  package static func hash(_ text: String) -> String { FileDigest.sha256(Array(text.utf8)) }
}
