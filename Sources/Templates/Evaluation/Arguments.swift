// SPDX-License-Identifier: Apache-2.0

/// The evaluated arguments of a call.
struct Arguments {
  var positional: [Value] = []
  var keywords: [(name: String, value: Value)] = []
}

/// The arguments of a call, by parameter name.
struct BoundArguments {
  private var values: [String: Value] = [:]
  private let interpreter: Interpreter

  /// - Throws: `SPINError` if there are too many arguments, or one is unknown, given twice, or
  ///   missing.
  init(
    _ arguments: Arguments, _ parameters: [String], required: Int = 0, of callee: String,
    _ interpreter: Interpreter
  ) throws {
    self.interpreter = interpreter
    guard arguments.positional.count <= parameters.count else {
      throw interpreter.failure(
        "\(callee) takes at most \(parameters.count) arguments, \(arguments.positional.count) are"
          + " given")
    }
    for (name, value) in zip(parameters, arguments.positional) { values[name] = value }
    for keyword in arguments.keywords {
      guard parameters.contains(keyword.name) else {
        throw interpreter.failure("\(callee) takes no argument \"\(keyword.name)\"")
      }
      guard values.updateValue(keyword.value, forKey: keyword.name) == nil else {
        throw interpreter.failure("\(callee) is given the argument \"\(keyword.name)\" twice")
      }
    }
    for name in parameters.prefix(required) where values[name] == nil {
      throw interpreter.failure("\(callee) needs the argument \"\(name)\"")
    }
  }

  /// The argument for a parameter; nil if none is given.
  subscript(name: String) -> Value? { values[name] }

  func integer(_ name: String, default value: Int) throws -> Int {
    guard let argument = values[name] else { return value }
    guard case .integer(let integer)? = argument.numeric else { throw wrong(name, argument, "int") }
    return integer
  }

  /// The truth value of an argument.
  func flag(_ name: String, default value: Bool = false) -> Bool { values[name]?.isTrue ?? value }

  /// The string given for a parameter; nil if it is absent or none.
  func optionalText(_ name: String) throws -> String? {
    switch values[name] {
    case nil, .some(.none): return nil
    case .string(let text)?, .markup(let text)?:
      try interpreter.charge(bytes: text.utf8.count)
      return text
    case let other?: throw wrong(name, other, "str")
    }
  }

  private func wrong(_ name: String, _ value: Value, _ expected: String) -> any Error {
    interpreter.failure("the argument \"\(name)\" is \(value.typeName), expected \(expected)")
  }
}
