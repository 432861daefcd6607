// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The environment variables of huggingface_hub, read by its rules (`constants.py` of version 2.4).
struct HubEnvironment: Sendable {
  private let variables: [String: String]

  init(_ variables: [String: String]) { self.variables = variables }

  /// The value of a variable; nil if it is not set or empty.
  subscript(name: String) -> String? {
    guard let value = variables[name], !value.isEmpty else { return nil }
    return value
  }

  /// Whether a variable is 1, ON, YES or TRUE in any case.
  func isTrue(_ name: String) -> Bool {
    ["1", "ON", "YES", "TRUE"].contains(self[name]?.uppercased())
  }

  /// A number of seconds from 1 to 86,400; nil for other values.
  func seconds(_ name: String) -> Double? {
    self[name].flatMap { Double($0) }.flatMap { (1...86_400).contains($0) ? $0 : nil }
  }

  /// A path, with `~` and `$VARIABLE` expanded.
  func path(_ name: String) -> String? { self[name].map(expanded) }

  /// The home folder of Hugging Face programs: `HF_HOME`, else `huggingface` in `XDG_CACHE_HOME` or
  /// `~/.cache`.
  var home: String { path("HF_HOME") ?? cacheHome + "/huggingface" }

  /// The folder of caches: `XDG_CACHE_HOME`, else `~/.cache`.
  var cacheHome: String { path("XDG_CACHE_HOME") ?? expanded("~/.cache") }

  /// The cache of repositories: `HF_HUB_CACHE`, else the older `HUGGINGFACE_HUB_CACHE`, else `hub`
  /// in `home`.
  var cache: String { path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? home + "/hub" }

  /// Whether offline mode is on: `HF_HUB_OFFLINE`, or `TRANSFORMERS_OFFLINE` if the former is not
  /// set.
  var isOffline: Bool {
    self["HF_HUB_OFFLINE"] != nil ? isTrue("HF_HUB_OFFLINE") : isTrue("TRANSFORMERS_OFFLINE")
  }

  private func expanded(_ path: String) -> String {
    var text = path
    if text == "~" || text.hasPrefix("~/") {
      let home = self["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
      text = home + text.dropFirst()
    }
    var result = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.hasPrefix("{")
      let name = (isBraced ? rest.dropFirst() : rest).prefix {
        $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
      }
      let after = rest[name.endIndex...]
      guard let value = variables[String(name)], !isBraced || after.hasPrefix("}") else {
        result += "$"
        continue
      }
      result += value
      rest = isBraced ? after.dropFirst() : after
    }
    return result + rest
  }
}
