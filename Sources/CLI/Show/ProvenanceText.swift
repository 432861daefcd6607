// SPDX-License-Identifier: Apache-2.0

import SPINJSON
import SPINJobs

/// Where a patch comes from, one line a fact, in words rather than JSON.
enum ProvenanceText {
  static func lines(_ provenance: JSONObject) -> [String] {
    let width = max(8, provenance.keys.map { name($0).utf8.count }.max() ?? 0)
    return provenance.members.flatMap { key, value -> [String] in
      let objects = value.array?.compactMap(\.object) ?? []
      guard !objects.isEmpty, objects.count == value.array?.count else {
        // Not narrowed: all matrices that were scored.
        let shown = key == "target_module" && value == .null ? "as scored" : text(value)
        return ["\(Columns.padded(name(key), width)) \(shown)"]
      }
      return objects.enumerated().map { place, object in
        Columns.padded(place == 0 ? name(key) : "", width) + " " + facts(object)
      }
    }
  }

  private static func name(_ key: String) -> String {
    key.split(separator: "_").joined(separator: " ")
  }

  private static func text(_ value: JSON) -> String {
    if let text = value.string { return text }
    if value == .null { return "all" }
    if let elements = value.array { return elements.map(text).joined(separator: ", ") }
    if let object = value.object { return facts(object) }
    return value.brief
  }

  private static func facts(_ object: JSONObject) -> String {
    object.members.filter { $1 != .null }
      .map { "\(name($0)) \($1.object == nil ? text($1) : "(\(text($1)))")" }
      .joined(separator: ", ")
  }
}
