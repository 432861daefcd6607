// SPDX-License-Identifier: Apache-2.0

/// The arguments of a call.
struct Arguments {
  var positional: [Value] = []
  var keywords: [(name: String, value: Value)] = []
}

/// Arguments by the names of their parameters.
struct BoundArguments {
  private var values: [String: Value] = [:]
  private let interpreter: Interpreter

  /// - Throws: What Python says about too many arguments, unknown names and missing ones.
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

  /// The argument of a parameter, nil where none is given.
  subscript(name: String) -> Value? { values[name] }

  func integer(_ name: String, default value: Int) throws -> Int {
    guard let argument = values[name] else { return value }
    guard case .integer(let integer)? = argument.numeric else { throw wrong(name, argument, "int") }
    return integer
  }

  /// An argument that counts as true or false.
  func flag(_ name: String, default value: Bool = false) -> Bool { values[name]?.isTrue ?? value }

  /// A text, nil where the argument is absent or none.
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
