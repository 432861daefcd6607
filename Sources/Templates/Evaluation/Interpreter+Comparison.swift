// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
  /// Whether a relation holds between two values.
  func holds(_ relation: Relation, _ left: Value, _ right: Value) throws -> Bool {
    switch relation {
    case .equal: try areEqual(left, right)
    case .notEqual: try !areEqual(left, right)
    case .less: try precedes(left, right, "<")
    case .greater: try precedes(right, left, ">", isSwapped: true)
    case .atMost: try isAtMost(left, right, "<=")
    case .atLeast: try isAtMost(right, left, ">=", isSwapped: true)
    case .isIn: try contains(right, left)
    case .isNotIn: try !contains(right, left)
    }
  }

  /// `==`.
  func areEqual(_ left: Value, _ right: Value) throws -> Bool {
    try charge()
    if let first = left.numeric, let second = right.numeric { return Self.areEqual(first, second) }
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let first), .string(let second)):
      try charge(bytes: min(first.utf8.count, second.utf8.count))
      return first.utf8.elementsEqual(second.utf8)
    case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
      return try first.values.count == second.values.count
        && zip(first.values, second.values).allSatisfy { try areEqual($0, $1) }
    case (.mapping(let first), .mapping(let second)):
      guard first.keys.count == second.keys.count else { return false }
      for (key, value) in zip(first.keys, first.values) {
        guard let hash = try hashable(key), let other = second[hash], try areEqual(value, other)
        else {
          return false
        }
      }
      return true
    case (.range(let first), .range(let second)):
      return first.count == second.count
        && (first.count == 0
          || (first.start == second.start && (first.count == 1 || first.step == second.step)))
    case (.namespace(let first), .namespace(let second)): return first == second
    case (.loop(let first), .loop(let second)): return first === second
    case (.macro(let first), .macro(let second)): return first === second
    case (.iterator(let first), .iterator(let second)): return first === second
    case (.function(let first), .function(let second)): return first == second
    case (.markup, _), (_, .markup), (.view, .view), (.method, .method):
      throw failure(
        "comparing \(left.typeName) with \(right.typeName) is not supported")
    default: return false
    }
  }

  private static func areEqual(_ left: Value.Numeric, _ right: Value.Numeric) -> Bool {
    switch (left, right) {
    case (.integer(let first), .integer(let second)): first == second
    case (.number(let first), .number(let second)): first == second
    case (.integer(let integer), .number(let number)), (.number(let number), .integer(let integer)):
      Int(exactly: number) == integer
    }
  }

  /// `<`.
  func precedes(
    _ left: Value, _ right: Value, _ name: String = "<", isSwapped: Bool = false
  ) throws -> Bool {
    try charge()
    if let first = left.numeric, let second = right.numeric { return Self.precedes(first, second) }
    switch (left, right) {
    case (.string(let first), .string(let second)):
      try charge(bytes: min(first.utf8.count, second.utf8.count))
      // Strings compare by UTF-8 bytes, which order as their scalars do.
      return first.utf8.lexicographicallyPrecedes(second.utf8)
    case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)):
      for (one, other) in zip(first.values, second.values) where try !areEqual(one, other) {
        return try precedes(one, other, name, isSwapped: isSwapped)
      }
      return first.values.count < second.values.count
    case (.undefined(let message), _), (_, .undefined(let message)): throw failure(message)
    default:
      let (first, second) = isSwapped ? (right, left) : (left, right)
      throw failure(
        "'\(name)' not supported between instances of '\(first.typeName)' and '\(second.typeName)'")
    }
  }

  private static func precedes(_ left: Value.Numeric, _ right: Value.Numeric) -> Bool {
    switch (left, right) {
    case (.integer(let first), .integer(let second)): return first < second
    case (.number(let first), .number(let second)): return first < second
    case (.integer(let first), .number(let second)):
      // Compared exactly, even where a Double cannot represent the integer.
      if second >= 0x1p63 { return true }
      if !(second >= -0x1p63) { return false }
      let whole = second.rounded(.down)
      return first < Int(whole) || (first == Int(whole) && whole < second)
    case (.number(let first), .integer(let second)):
      if first < -0x1p63 { return true }
      if !(first < 0x1p63) { return false }
      return Int(first.rounded(.down)) < second
    }
  }

  private func isAtMost(
    _ left: Value, _ right: Value, _ name: String, isSwapped: Bool = false
  ) throws -> Bool {
    let isLess = try precedes(left, right, name, isSwapped: isSwapped)
    return try isLess || areEqual(left, right)
  }

  /// `element in container`.
  func contains(_ container: Value, _ element: Value) throws -> Bool {
    switch container {
    case .string(let text):
      guard case .string(let part) = element else {
        throw failure("'in <string>' requires string as left operand, not \(element.typeName)")
      }
      try charge(bytes: text.utf8.count + part.utf8.count)
      return part.isEmpty || !TextSearch(part).places(in: Array(text.utf8), limit: 1).isEmpty
    case .mapping(let mapping): return try mapping[key(element)] != nil
    case .undefined: return false
    case .list(let list), .tuple(let list), .view(let list, _):
      return try list.values.contains { try areEqual($0, element) }
    case .range, .iterator:
      return try elements(of: container).contains { try areEqual($0, element) }
    default: throw failure("argument of type '\(container.typeName)' is not iterable")
    }
  }

  // MARK: - Keys

  /// The hashable form by which mappings compare a key.
  ///
  /// - Throws: `SPINError` if the value cannot be a key.
  func key(_ value: Value) throws -> MappingKey {
    guard let key = try hashable(value) else {
      throw failure("unhashable type: '\(value.typeName)'")
    }
    return key
  }

  /// The hashable form by which mappings compare a key; nil if the value cannot be a key.
  func hashable(_ value: Value) throws -> MappingKey? {
    switch value {
    case .undefined: return .undefined
    case .none: return MappingKey.none
    case .string(let text):
      try charge(bytes: text.utf8.count)
      return .string(ExactText(text))
    case .boolean, .integer, .number:
      switch value.numeric {
      case .integer(let integer)?: return .integer(integer)
      case .number(let number)?: return Int(exactly: number).map { .integer($0) } ?? .number(number)
      case nil: return nil
      }
    case .tuple(let list) where list.depth == 1:
      try charge(list.values.count)
      let keys = try list.values.compactMap(hashable)
      return keys.count == list.values.count ? .tuple(keys) : nil
    default: return nil
    }
  }
}
