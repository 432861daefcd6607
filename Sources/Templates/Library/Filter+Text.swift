// SPDX-License-Identifier: Apache-2.0

extension Filter {
  static let text: [String: Filter] = [
    "upper": mapping(PythonText.uppercased), "lower": mapping(PythonText.lowercased),
    "capitalize": mapping(PythonText.capitalized), "title": mapping(PythonText.titledWords),
    "string": taking { run, value, _ in
      if case .markup = value { return value }
      return .string(try run.string(of: value))
    },
    "trim": taking("chars") { run, value, arguments in
      try run.text(
        PythonText.stripped(run.string(of: value), .both, of: arguments.optionalText("chars")))
    },
    "replace": taking("old", "new", "count", required: 2) { run, value, arguments in
      let count: Value = arguments["count"] ?? .none
      let limit: Int =
        if case .none = count { -1 } else { try arguments.integer("count", default: -1) }
      return try run.replaced(
        run.string(of: value), run.string(of: arguments["old"] ?? .none),
        run.string(of: arguments["new"] ?? .none), limit)
    },
    "center": taking("width") { run, value, arguments in
      try run.centered(run.string(of: value), arguments.integer("width", default: 80), " ")
    },
    "indent": taking("width", "first", "blank") { run, value, arguments in
      try run.indented(run.string(of: value), arguments)
    },
    "truncate": taking("length", "killwords", "end", "leeway") { run, value, arguments in
      try run.truncated(run.string(of: value), arguments)
    },
    "wordcount": taking { run, value, _ in
      var count = 0
      var isInWord = false
      for scalar in try run.string(of: value).unicodeScalars {
        let isWord =
          scalar == "_" || PythonText.isLetter(scalar) || scalar.properties.numericType != nil
        if isWord, !isInWord { count += 1 }
        isInWord = isWord
      }
      return .integer(count)
    },
    "format": Filter { run, value, arguments in
      guard arguments.positional.isEmpty || arguments.keywords.isEmpty else {
        throw run.failure("can't handle positional and keyword arguments at the same time")
      }
      let values =
        arguments.keywords.isEmpty
        ? try run.tuple(arguments.positional)
        : try run.mapping(arguments.keywords.map { (.string($0.name), $0.value) })
      return try run.text(run.formatted(run.string(of: value), values))
    },
    "tojson": taking("ensure_ascii", "indent", "separators", "sort_keys") { run, value, arguments in
      try run.text(JSONText(arguments, run).text(of: value))
    },
    "e": escape, "escape": escape,
    "forceescape": taking { run, value, _ in .markup(try run.escaped(run.string(of: value))) },
    "safe": taking { run, value, _ in .markup(try run.string(of: value)) },
  ]

  private static let escape = taking { run, value, _ in
    if case .markup = value { return value }
    return .markup(try run.escaped(run.string(of: value)))
  }
}

extension Interpreter {
  /// The text with HTML's special characters escaped.
  func escaped(_ text: String) throws -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&#34;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    try charge(bytes: result.utf8.count)
    return result
  }

  /// The filter `indent`.
  func indented(_ text: String, _ arguments: BoundArguments) throws -> Value {
    let indention: String
    if case .string(let width)? = arguments["width"] {
      indention = width
    } else {
      let width = try max(0, arguments.integer("width", default: 4))
      try charge(bytes: width)
      indention = String(repeating: " ", count: width)
    }
    // As Jinja does, so that an empty text has one line.
    let lines = PythonText.lines(text + "\n")
    let fillsBlank = arguments.flag("blank")
    var parts: [String] = []
    for (index, line) in lines.enumerated() {
      let isIndented = index == 0 ? arguments.flag("first") : fillsBlank || !line.isEmpty
      if isIndented { try charge(bytes: indention.utf8.count) }
      parts.append(isIndented ? indention + line : line)
    }
    return try joined(parts, "\n")
  }

  /// The filter `truncate`.
  func truncated(_ text: String, _ arguments: BoundArguments) throws -> Value {
    let length = try arguments.integer("length", default: 255)
    let end = try arguments.optionalText("end") ?? "..."
    let leeway: Int =
      if case .none = arguments["leeway"] ?? .none { 5 } else {
        try arguments.integer("leeway", default: 5)
      }
    let endCount = end.unicodeScalars.count
    guard length >= endCount else {
      throw failure("expected length >= \(endCount), got \(length)")
    }
    guard leeway >= 0 else { throw failure("expected leeway >= 0, got \(leeway)") }
    let scalars = text.unicodeScalars
    guard scalars.count - leeway > length else { return .string(text) }
    let head = String(scalars.prefix(length - endCount))
    if arguments.flag("killwords") { return try self.text(head + end) }
    let parts = TextSearch(" ").partsFromRight(of: head, limit: 1)
    return try self.text(parts[0] + end)
  }
}
