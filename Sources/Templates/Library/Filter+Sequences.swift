// SPDX-License-Identifier: Apache-2.0

extension Filter {
  static let sequences: [String: Filter] = [
    "default": fallback, "d": fallback, "length": length, "count": length,
    "list": taking { run, value, _ in try run.list(run.elements(of: value)) },
    "first": taking { run, value, _ in
      if case .iterator(let iterator) = value {
        return iterator.next() ?? .undefined("No first item, sequence was empty.")
      }
      return try run.elements(of: value).first ?? .undefined("No first item, sequence was empty.")
    },
    "last": taking { run, value, _ in
      if case .iterator = value { throw run.failure("'generator' object is not reversible") }
      return try run.elements(of: value).last ?? .undefined("No last item, sequence was empty.")
    },
    "join": taking("d", "attribute") { run, value, arguments in
      let values = try run.attributes(arguments["attribute"], of: run.elements(of: value))
      return try run.joined(
        values.map { try run.string(of: $0) }, arguments["d"].map { try run.string(of: $0) } ?? "")
    },
    "reverse": taking { run, value, _ in
      if case .string(let text) = value {
        return try run.text(String(text.unicodeScalars.reversed()))
      }
      let elements = try Array(run.elements(of: value).reversed())
      if case .iterator = value { return try run.list(elements) }
      return try run.iterator(elements)
    },
    "items": taking { run, value, _ in
      if value.isUndefined { return try run.iterator([]) }
      guard case .mapping(let mapping) = value else {
        throw run.failure("Can only get item pairs from a mapping.")
      }
      return try run.iterator(run.pairs(mapping))
    },
    "attr": taking("name", required: 1) { run, value, arguments in
      let name = try run.string(of: arguments["name"] ?? .none)
      return try run.ownAttribute(name, of: value) ?? run.missing(name, of: value)
    },
    "batch": taking("linecount", "fill_with", required: 1) { run, value, arguments in
      let count = try arguments.integer("linecount", default: 1)
      guard count > 0 else { throw run.failure("linecount is \(count), expected at least 1") }
      let elements = try run.elements(of: value)
      var rows = stride(from: 0, to: elements.count, by: count).map {
        Array(elements[$0..<min($0 + count, elements.count)])
      }
      if let last = rows.last, let fill = arguments["fill_with"], !fill.isNone {
        try run.charge(min(count, TemplateLimits.steps + 1))
        rows[rows.count - 1] = last + Array(repeating: fill, count: count - last.count)
      }
      return try run.iterator(rows.map { try run.list($0) })
    },
    "slice": taking("slices", "fill_with", required: 1) { run, value, arguments in
      try run.sliced(run.elements(of: value), arguments)
    },
    "map": Filter { run, value, arguments in try run.mapped(value, arguments) },
    "select": Filter { run, value, arguments in
      try run.selected(value, arguments, byAttribute: false, keeping: true)
    },
    "reject": Filter { run, value, arguments in
      try run.selected(value, arguments, byAttribute: false, keeping: false)
    },
    "selectattr": Filter { run, value, arguments in
      try run.selected(value, arguments, byAttribute: true, keeping: true)
    },
    "rejectattr": Filter { run, value, arguments in
      try run.selected(value, arguments, byAttribute: true, keeping: false)
    },
    "sort": taking("reverse", "case_sensitive", "attribute") { run, value, arguments in
      let elements = try run.elements(of: value)
      let paths = try run.keyPaths(arguments["attribute"], splitsAtCommas: true)
      let keys = try elements.map { element -> Value in
        try .list(
          Elements(
            paths.map {
              try run.folded(run.value(at: $0, of: element), arguments.flag("case_sensitive"))
            }))
      }
      return try run.list(run.sorted(elements, by: keys, reversed: arguments.flag("reverse")))
    },
    "dictsort": taking("case_sensitive", "by", "reverse") { run, value, arguments in
      guard case .mapping(let mapping) = value else {
        throw run.failure("'\(value.typeName)' has no items to sort")
      }
      let by = try arguments.optionalText("by") ?? "key"
      guard by == "key" || by == "value" else {
        throw run.failure("You can only sort by either \"key\" or \"value\"")
      }
      let keys = try (by == "key" ? mapping.keys : mapping.values).map {
        try run.folded($0, arguments.flag("case_sensitive"))
      }
      return try run.list(
        run.sorted(run.pairs(mapping), by: keys, reversed: arguments.flag("reverse")))
    },
    "unique": taking("case_sensitive", "attribute") { run, value, arguments in
      let elements = try run.elements(of: value)
      let keys = try run.attributes(arguments["attribute"], of: elements)
      var seen: Set<MappingKey> = []
      return try run.iterator(
        zip(elements, keys).filter {
          try seen.insert(run.key(run.folded($0.1, arguments.flag("case_sensitive")))).inserted
        }.map(\.0))
    },
    "min": extreme(isMaximum: false), "max": extreme(isMaximum: true),
  ]

  private static let fallback = taking("default_value", "boolean") { _, value, arguments in
    let isReplaced = value.isUndefined || (arguments.flag("boolean") && !value.isTrue)
    return isReplaced ? arguments["default_value"] ?? .string("") : value
  }

  private static let length = taking { run, value, _ in .integer(try run.length(of: value)) }

  private static func extreme(isMaximum: Bool) -> Filter {
    taking("case_sensitive", "attribute") { run, value, arguments in
      let elements = try run.elements(of: value)
      let keys = try run.attributes(arguments["attribute"], of: elements).map {
        try run.folded($0, arguments.flag("case_sensitive"))
      }
      guard var best = elements.indices.first else {
        return .undefined("No aggregated item, sequence was empty.")
      }
      for index in elements.indices.dropFirst() {
        let isBetter =
          isMaximum
          ? try run.precedes(keys[best], keys[index]) : try run.precedes(keys[index], keys[best])
        if isBetter { best = index }
      }
      return elements[best]
    }
  }
}

extension Value {
  var isNone: Bool {
    if case .none = self { true } else { false }
  }
}

extension Interpreter {
  // MARK: - Attributes by name

  /// The paths of an attribute such as "address.city" or "0.name": one, or one for each part
  /// between commas.
  func keyPaths(_ attribute: Value?, splitsAtCommas: Bool = false) throws -> [[Value]] {
    switch attribute {
    case nil, .some(.none): return [[]]
    case .integer?: return [[attribute ?? .none]]
    case .string(let text)?:
      // Charged per byte, because a path has a step for every few bytes.
      try charge(text.utf8.count)
      return text.split(
        separator: ",", maxSplits: splitsAtCommas ? .max : 0, omittingEmptySubsequences: false
      ).map { part in
        part.split(separator: ".", omittingEmptySubsequences: false).map { step in
          !step.isEmpty && step.unicodeScalars.allSatisfy(PythonText.isDigit)
            ? Int(step).map { .integer($0) } ?? .string(String(step)) : .string(String(step))
        }
      }
    case let other?: throw failure("an attribute is named by a string, not by \(other.typeName)")
    }
  }

  func value(at path: [Value], of element: Value) throws -> Value {
    try charge()
    return try path.reduce(element) { try item($1, of: $0) }
  }

  /// An attribute of every element; the elements themselves if no attribute is named.
  func attributes(_ attribute: Value?, of elements: [Value]) throws -> [Value] {
    let paths = try keyPaths(attribute)
    return try elements.map { try value(at: paths[0], of: $0) }
  }

  /// The value as a sort key: a string in lowercase, unless case matters.
  func folded(_ value: Value, _ isCaseSensitive: Bool) throws -> Value {
    guard !isCaseSensitive, case .string(let text) = value else { return value }
    try charge(bytes: text.utf8.count)
    return .string(PythonText.lowercased(text))
  }

  /// The elements sorted by their keys; stable in both directions.
  func sorted(_ elements: [Value], by keys: [Value], reversed: Bool) throws -> [Value] {
    try elements.indices.sorted { first, second in
      let (left, right) = reversed ? (keys[second], keys[first]) : (keys[first], keys[second])
      if try precedes(left, right) { return true }
      return try first < second && !precedes(right, left)
    }.map { elements[$0] }
  }

  // MARK: - Filters that apply filters and tests

  /// The filter `map`: an attribute of every element, or the result of another filter.
  func mapped(_ value: Value, _ arguments: Arguments) throws -> Value {
    let elements = try elements(of: value)
    if arguments.positional.isEmpty, arguments.keywords.contains(where: { $0.name == "attribute" })
    {
      let bound = try BoundArguments(
        arguments, ["attribute", "default"], of: "the filter map", self)
      let path = try keyPaths(bound["attribute"])[0]
      return try iterator(
        elements.map { element in
          try charge()
          return try path.reduce(element) { value, key in
            let found = try item(key, of: value)
            guard found.isUndefined, let fallback = bound["default"], !fallback.isNone else {
              return found
            }
            return fallback
          }
        })
    }
    guard case .string(let name)? = arguments.positional.first else {
      throw failure("map requires a filter argument")
    }
    var rest = arguments
    rest.positional.removeFirst()
    return try iterator(
      elements.map { element in try open(line: line) { try filter(name, element, rest) } })
  }

  /// The filters `select`, `reject`, `selectattr` and `rejectattr`.
  func selected(
    _ value: Value, _ arguments: Arguments, byAttribute: Bool, keeping: Bool
  ) throws -> Value {
    var rest = arguments
    var path: [Value] = []
    if byAttribute {
      guard !rest.positional.isEmpty else { throw failure("Missing parameter for attribute name") }
      path = try keyPaths(rest.positional.removeFirst())[0]
    }
    let name = rest.positional.isEmpty ? nil : rest.positional.removeFirst()
    return try iterator(
      elements(of: value).filter { element in
        let subject = try self.value(at: path, of: element)
        guard let name else { return subject.isTrue == keeping }
        return try open(line: line) { try test(string(of: name), subject, rest) } == keeping
      })
  }

  /// The filter `slice`: the elements in a given number of columns.
  func sliced(_ elements: [Value], _ arguments: BoundArguments) throws -> Value {
    let count = try arguments.integer("slices", default: 1)
    guard count > 0 else { throw failure("slices is \(count), expected at least 1") }
    try charge(min(count, TemplateLimits.steps + 1))
    let (length, extra) = elements.count.quotientAndRemainder(dividingBy: count)
    var start = 0
    return try iterator(
      (0..<count).map { column in
        let end = start + length + (column < extra ? 1 : 0)
        defer { start = end }
        let fill = arguments["fill_with"] ?? .none
        let filling = !fill.isNone && column >= extra ? [fill] : []
        return try list(Array(elements[start..<end]) + filling)
      })
  }
}
