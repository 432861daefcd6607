// SPDX-License-Identifier: Apache-2.0

/// The methods that templates can call on a Python type.
struct Methods {
  /// The methods that are implemented.
  var supported: Set<String> = []
  /// Methods that change the value, which the sandbox hides.
  var changing: Set<String> = []
  /// Methods that Python has and this interpreter does not.
  var unsupported: Set<String> = []

  /// The methods of a value's type.
  static func of(_ value: Value) -> Methods {
    switch value {
    case .string: text
    case .markup: Methods(unsupported: text.supported.union(text.unsupported))
    case .mapping: mapping
    case .list: list
    case .tuple, .range: sequence
    case .boolean, .integer, .number: number
    case .macro:
      Methods(unsupported: ["name", "arguments", "catch_kwargs", "catch_varargs", "caller"])
    default: Methods()
    }
  }

  private static let text = Methods(
    supported: Set(TextMethods.table.keys),
    unsupported: [
      "casefold", "encode", "expandtabs", "format_map", "isascii", "isidentifier", "isprintable",
      "istitle", "maketrans", "translate",
    ])
  private static let mapping = Methods(
    supported: ["get", "items", "keys", "values", "copy"],
    changing: ["clear", "pop", "popitem", "setdefault", "update"], unsupported: ["fromkeys"])
  private static let list = Methods(
    supported: ["copy", "count", "index"],
    changing: ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"])
  private static let sequence = Methods(supported: ["count", "index"])
  private static let number = Methods(unsupported: [
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes",
    "fromhex", "hex", "imag", "is_integer", "numerator", "real", "to_bytes",
  ])

  /// Calls a method on its receiver.
  static func call(
    _ method: BoundMethod, _ arguments: Arguments, _ interpreter: Interpreter
  ) throws -> Value {
    func bound(_ parameters: [String], required: Int = 0) throws -> BoundArguments {
      try BoundArguments(arguments, parameters, required: required, of: method.name, interpreter)
    }
    switch (method.receiver, method.name) {
    case (.string(let text), let name):
      guard let body = TextMethods.table[name] else { break }
      try interpreter.charge(bytes: text.utf8.count)
      return try body(interpreter, text, arguments)
    case (.mapping(let mapping), "get"):
      let values = try bound(["key", "default"], required: 1)
      let key = try interpreter.key(values["key"] ?? .none)
      return mapping[key] ?? values["default"] ?? .none
    case (.mapping(let mapping), let name):
      _ = try bound([])
      if name == "copy" { return method.receiver }
      let elements: [Value] =
        switch name {
        case "keys": mapping.keys
        case "values": mapping.values
        default: try interpreter.pairs(mapping)
        }
      try interpreter.charge(elements.count)
      return try interpreter.bounded(.view(Elements(elements), of: name))
    case (.loop(let loop), "cycle"):
      guard !arguments.positional.isEmpty else {
        throw interpreter.failure("no items for cycling given")
      }
      return arguments.positional[loop.index % arguments.positional.count]
    case (.loop(let loop), "changed"):
      guard loop.isRunning else { throw interpreter.failure("the loop of loop.changed has ended") }
      let values = Elements(arguments.positional)
      if let last = loop.lastChanged,
        try interpreter.areEqual(.tuple(Elements(last)), .tuple(values))
      {
        return .boolean(false)
      }
      loop.lastChanged = values.values
      return .boolean(true)
    case (let receiver, "copy"): return receiver
    case (let receiver, "count"):
      let value = try bound(["value"], required: 1)["value"] ?? .none
      let elements = try interpreter.elements(of: receiver)
      return .integer(try elements.filter { try interpreter.areEqual($0, value) }.count)
    case (let receiver, "index"):
      let value = try bound(["value"], required: 1)["value"] ?? .none
      let elements = try interpreter.elements(of: receiver)
      guard let index = try elements.firstIndex(where: { try interpreter.areEqual($0, value) })
      else {
        throw interpreter.failure("\(try interpreter.representation(of: value)) is not in list")
      }
      return .integer(index)
    default: break
    }
    throw interpreter.failure("the method \"\(method.name)\" cannot be called")
  }
}

extension Interpreter {
  /// The key-value pairs of a mapping, as tuples.
  func pairs(_ mapping: Mapping) throws -> [Value] {
    try charge(mapping.keys.count)
    return zip(mapping.keys, mapping.values).map { .tuple(Elements([$0, $1])) }
  }
}
