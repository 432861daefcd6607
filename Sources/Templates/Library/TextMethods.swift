// SPDX-License-Identifier: Apache-2.0

/// The methods of Python's `str`.
enum TextMethods {
  typealias Body = @Sendable (Interpreter, String, Arguments) throws -> Value

  static let table: [String: Body] =
    mapped.merging(asked) { first, _ in first }.merging(cut) { first, _ in first }
    .merging(found) { first, _ in first }.merging(padded) { first, _ in first }

  private static func bind(
    _ arguments: Arguments, _ names: [String], _ required: Int, _ run: Interpreter
  ) throws -> BoundArguments {
    try BoundArguments(arguments, names, required: required, of: "the method of str", run)
  }

  private static func map(_ body: @escaping @Sendable (String) -> String) -> Body {
    { run, text, arguments in
      _ = try bind(arguments, [], 0, run)
      return try run.text(body(text))
    }
  }

  private static func ask(_ body: @escaping @Sendable (String) -> Bool) -> Body {
    { run, text, arguments in
      _ = try bind(arguments, [], 0, run)
      return .boolean(body(text))
    }
  }

  private static func strip(_ side: PythonText.Side) -> Body {
    { run, text, arguments in
      let characters = try bind(arguments, ["chars"], 0, run).optionalText("chars")
      return try run.text(PythonText.stripped(text, side, of: characters))
    }
  }

  // MARK: - String to string

  private static let mapped: [String: Body] = [
    "upper": map(PythonText.uppercased), "lower": map(PythonText.lowercased),
    "capitalize": map(PythonText.capitalized), "title": map(PythonText.titled),
    "swapcase": map(PythonText.swapcased), "strip": strip(.both), "lstrip": strip(.left),
    "rstrip": strip(.right),
    "replace": { run, text, arguments in
      let bound = try bind(arguments, ["old", "new", "count"], 2, run)
      return try run.replaced(
        text, bound.optionalText("old") ?? "", bound.optionalText("new") ?? "",
        bound.integer("count", default: -1))
    },
    "removeprefix": { run, text, arguments in
      let prefix = try bind(arguments, ["prefix"], 1, run).optionalText("prefix") ?? ""
      return .string(
        hasPrefix(text, prefix)
          ? String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : text)
    },
    "removesuffix": { run, text, arguments in
      let suffix = try bind(arguments, ["suffix"], 1, run).optionalText("suffix") ?? ""
      return .string(
        hasSuffix(text, suffix)
          ? String(decoding: text.utf8.dropLast(suffix.utf8.count), as: UTF8.self) : text)
    },
    "format": { run, text, arguments in try run.text(run.formatted(braces: text, arguments)) },
    "join": { run, text, arguments in
      let elements = try bind(arguments, ["iterable"], 1, run)["iterable"] ?? .none
      let parts = try run.elements(of: elements).enumerated().map { index, element in
        guard case .string(let part) = element else {
          throw run.failure(
            "sequence item \(index): expected str instance, \(element.typeName) found")
        }
        return part
      }
      return try run.joined(parts, text)
    },
  ]

  // MARK: - Predicates

  private static let asked: [String: Body] = [
    "islower": ask(PythonText.isLowercase), "isupper": ask(PythonText.isUppercase),
    "isspace": ask { all($0, PythonText.isSpace) }, "isalpha": ask { all($0, PythonText.isLetter) },
    "isdigit": ask { all($0, PythonText.isDigit) },
    "isdecimal": ask { all($0) { $0.properties.numericType == .decimal } },
    "isnumeric": ask { all($0) { $0.properties.numericType != nil } },
    "isalnum": ask {
      all($0) { PythonText.isLetter($0) || $0.properties.numericType != nil }
    },
    "startswith": affix(hasPrefix), "endswith": affix(hasSuffix),
  ]

  private static func all(_ text: String, _ condition: (Unicode.Scalar) -> Bool) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy(condition)
  }

  @Sendable private static func hasPrefix(_ text: String, _ prefix: String) -> Bool {
    text.utf8.starts(with: prefix.utf8)
  }

  @Sendable private static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
    text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  private static func affix(_ holds: @escaping @Sendable (String, String) -> Bool) -> Body {
    { run, text, arguments in
      let affix = try bind(arguments, ["prefix"], 1, run)["prefix"] ?? .none
      if case .tuple(let choices) = affix {
        return .boolean(
          try choices.values.contains {
            guard case .string(let choice) = $0 else { return false }
            try run.charge()
            try run.charge(bytes: choice.utf8.count)
            return holds(text, choice)
          })
      }
      guard case .string(let choice) = affix else {
        throw run.failure(
          "startswith and endswith expect str or a tuple of str, not \(affix.typeName)")
      }
      try run.charge(bytes: choice.utf8.count)
      return .boolean(holds(text, choice))
    }
  }

  // MARK: - Splitting

  private static let cut: [String: Body] = [
    "split": split(fromRight: false), "rsplit": split(fromRight: true),
    "partition": partition(fromRight: false), "rpartition": partition(fromRight: true),
    "splitlines": { run, text, arguments in
      let bound = try bind(arguments, ["keepends"], 0, run)
      guard !bound.flag("keepends") else {
        throw run.failure("splitlines with keepends is not supported")
      }
      return try run.list(PythonText.lines(text).map { .string($0) })
    },
  ]

  private static func split(fromRight: Bool) -> Body {
    { run, text, arguments in
      let bound = try bind(arguments, ["sep", "maxsplit"], 0, run)
      let limit = try bound.integer("maxsplit", default: -1)
      let parts: [String]
      if let separator = try bound.optionalText("sep") {
        guard !separator.isEmpty else { throw run.failure("empty separator") }
        let search = TextSearch(separator)
        parts =
          fromRight
          ? search.partsFromRight(of: text, limit: limit) : search.parts(of: text, limit: limit)
      } else {
        parts =
          fromRight
          ? PythonText.wordsFromRight(text, limit: limit) : PythonText.words(text, limit: limit)
      }
      return try run.list(parts.map { .string($0) })
    }
  }

  private static func partition(fromRight: Bool) -> Body {
    { run, text, arguments in
      let separator = try bind(arguments, ["sep"], 1, run).optionalText("sep") ?? ""
      guard !separator.isEmpty else { throw run.failure("empty separator") }
      let search = TextSearch(separator)
      let parts =
        fromRight ? search.partsFromRight(of: text, limit: 1) : search.parts(of: text, limit: 1)
      let whole = fromRight ? ["", "", text] : [text, "", ""]
      return try run.tuple(
        (parts.count == 2 ? [parts[0], separator, parts[1]] : whole).map { .string($0) })
    }
  }

  // MARK: - Searching

  private static let found: [String: Body] = [
    "find": { run, text, arguments in
      .integer(try place(run, text, arguments) ?? -1)
    },
    "index": { run, text, arguments in
      guard let place = try place(run, text, arguments) else {
        throw run.failure("substring not found")
      }
      return .integer(place)
    },
    "rfind": { run, text, arguments in
      let part = try bind(arguments, ["sub"], 1, run).optionalText("sub") ?? ""
      guard !part.isEmpty else { return .integer(text.unicodeScalars.count) }
      let parts = TextSearch(part).partsFromRight(of: text, limit: 1)
      return .integer(parts.count == 2 ? parts[0].unicodeScalars.count : -1)
    },
    "count": { run, text, arguments in
      let part = try bind(arguments, ["sub"], 1, run).optionalText("sub") ?? ""
      guard !part.isEmpty else { return .integer(text.unicodeScalars.count + 1) }
      return .integer(TextSearch(part).places(in: Array(text.utf8)).count)
    },
  ]

  private static func place(
    _ run: Interpreter, _ text: String, _ arguments: Arguments
  ) throws -> Int? {
    let part = try bind(arguments, ["sub"], 1, run).optionalText("sub") ?? ""
    guard !part.isEmpty else { return 0 }
    let parts = TextSearch(part).parts(of: text, limit: 1)
    return parts.count == 2 ? parts[0].unicodeScalars.count : nil
  }

  // MARK: - Padding

  private static let padded: [String: Body] = [
    "ljust": pad { (0, $0) }, "rjust": pad { ($0, 0) }, "center": center,
    "zfill": { run, text, arguments in
      let width = try bind(arguments, ["width"], 1, run).integer("width", default: 0)
      let missing = missingCount(text, width)
      try run.charge(bytes: missing)
      let sign = text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0
      return try run.text(
        text.prefix(sign) + String(repeating: "0", count: missing) + text.dropFirst(sign))
    },
  ]

  /// The number of scalars by which a text is shorter than a width; 0 if it is not shorter.
  static func missingCount(_ text: String, _ width: Int) -> Int {
    let count = text.unicodeScalars.count
    return width > count ? width - count : 0
  }

  private static func pad(
    _ sides: @escaping @Sendable (Int) -> (left: Int, right: Int)
  ) -> Body {
    { run, text, arguments in
      let bound = try bind(arguments, ["width", "fillchar"], 1, run)
      let fill = try bound.optionalText("fillchar") ?? " "
      guard fill.unicodeScalars.count == 1 else {
        throw run.failure("the fill character must be exactly one character long")
      }
      let width = try bound.integer("width", default: 0)
      let (left, right) = sides(missingCount(text, width))
      return try run.padded(text, left, right, fill)
    }
  }

  @Sendable private static func center(
    _ run: Interpreter, _ text: String, _ arguments: Arguments
  ) throws -> Value {
    let bound = try bind(arguments, ["width", "fillchar"], 1, run)
    return try run.centered(
      text, bound.integer("width", default: 0), bound.optionalText("fillchar") ?? " ")
  }
}

extension Interpreter {
  /// The text with `left` and `right` fill characters around it.
  func padded(_ text: String, _ left: Int, _ right: Int, _ fill: String) throws -> Value {
    try charge(bytes: left.addingReportingOverflow(right).partialValue)
    return try self.text(
      String(repeating: fill, count: left) + text + String(repeating: fill, count: right))
  }

  /// `str.center`: if the padding is odd, the extra character goes left of a text of even length
  /// and right of others.
  func centered(_ text: String, _ width: Int, _ fill: String) throws -> Value {
    let missing = TextMethods.missingCount(text, width)
    let left = missing / 2 + (missing & width & 1)
    return try padded(text, left, missing - left, fill)
  }

  /// `str.replace`.
  func replaced(_ text: String, _ old: String, _ new: String, _ count: Int) throws -> Value {
    try charge(bytes: text.utf8.count)
    guard !old.isEmpty else {
      // Python inserts the new text before every character and at the end.
      try charge(text.utf8.count)
      var parts = text.unicodeScalars.map { String($0) } + [""]
      let total = count < 0 ? parts.count : min(count, parts.count)
      try charge(bytes: total.multipliedReportingOverflow(by: new.utf8.count).partialValue)
      for index in 0..<total { parts[index] = new + parts[index] }
      return try self.text(parts.joined())
    }
    return try joined(TextSearch(old).parts(of: text, limit: count), new)
  }

  /// `str.join`.
  func joined(_ parts: [String], _ separator: String) throws -> Value {
    let bytes = parts.reduce(0) { $0 + $1.utf8.count + separator.utf8.count }
    try charge(bytes: max(0, bytes - separator.utf8.count))
    return .string(parts.joined(separator: separator))
  }
}
