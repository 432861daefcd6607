// SPDX-License-Identifier: Apache-2.0

extension Interpreter {
  // MARK: - Elements

  /// The elements that iteration over a value yields.
  func elements(of value: Value) throws -> [Value] {
    let elements: [Value]
    // Charged before the array is built: an element takes many times the memory of a character.
    try charge(elementCount(of: value))
    switch value {
    case .undefined: elements = []
    case .string(let text): elements = text.unicodeScalars.map { .string(String($0)) }
    case .list(let list), .tuple(let list), .view(let list, _): elements = list.values
    case .mapping(let mapping): elements = mapping.keys
    case .range(let range): elements = (0..<range.count).map { .integer(range[$0]) }
    case .iterator(let iterator): elements = iterator.takeAll()
    default: throw failure("'\(value.typeName)' object is not iterable")
    }
    return elements
  }

  private func elementCount(of value: Value) throws -> Int {
    switch value {
    case .string(let text):
      try charge(bytes: text.utf8.count)
      return text.unicodeScalars.count
    case .list(let list), .tuple(let list), .view(let list, _): return list.values.count
    case .mapping(let mapping): return mapping.keys.count
    case .range(let range): return range.count
    case .iterator(let iterator): return iterator.count
    default: return 0
    }
  }

  /// `len(value)`: for strings, the number of Unicode scalars.
  func length(of value: Value) throws -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text), .markup(let text):
      try charge(bytes: text.utf8.count)
      return text.unicodeScalars.count
    case .list(let list), .tuple(let list), .view(let list, _): return list.values.count
    case .mapping(let mapping): return mapping.keys.count
    case .range(let range): return range.count
    case .loop(let loop): return loop.elements.count
    default: throw failure("object of type '\(value.typeName)' has no len()")
    }
  }

  // MARK: - Attributes and items

  /// `value.name`: an attribute if there is one, otherwise an item.
  func attribute(_ name: String, of value: Value) throws -> Value {
    try charge(bytes: name.utf8.count)
    if let found = try ownAttribute(name, of: value) { return found }
    if case .mapping(let mapping) = value, let found = mapping[name] { return found }
    return missing(name, of: value)
  }

  /// `value[key]`: an item if there is one, otherwise an attribute.
  func item(_ key: Value, of value: Value) throws -> Value {
    if case .undefined(let message) = value { throw failure(message) }
    switch value {
    case .mapping(let mapping):
      if let hash = try hashable(key), let found = mapping[hash] { return found }
    case .string(let text):
      try charge(bytes: text.utf8.count)
      if let index = index(key, count: text.unicodeScalars.count) {
        let scalars = text.unicodeScalars
        return .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: index)]))
      }
    case .list(let list), .tuple(let list):
      if let index = index(key, count: list.values.count) { return list.values[index] }
    case .range(let range):
      if let index = index(key, count: range.count) { return .integer(range[index]) }
    default: break
    }
    if case .string(let name) = key {
      return try ownAttribute(name, of: value) ?? missing(name, of: value)
    }
    return .undefined("\(objectName(of: value)) has no element \(try representation(of: key))")
  }

  /// An attribute that the Python object itself has; nil if it has none of that name.
  func ownAttribute(_ name: String, of value: Value) throws -> Value? {
    try charge(bytes: name.utf8.count)
    switch value {
    case .undefined(let message): throw failure(message)
    case .namespace(let index): return namespaces[index][ExactText(name)]
    case .loop(let loop): return try attribute(name, of: loop)
    default: break
    }
    let methods = Methods.of(value)
    if methods.supported.contains(name) { return .method(BoundMethod(value, name)) }
    if methods.changing.contains(name) || (name.hasPrefix("__") && name.hasSuffix("__")) {
      return .undefined(
        "access to attribute '\(name)' of '\(value.typeName)' object is not allowed")
    }
    guard !methods.unsupported.contains(name) else {
      throw place.unsupported(
        "method of \(value.typeName)", name, supported: methods.supported)
    }
    return nil
  }

  func missing(_ name: String, of value: Value) -> Value {
    .undefined("'\(objectName(of: value))' has no attribute '\(name)'")
  }

  /// How Jinja's messages name an object.
  private func objectName(of value: Value) -> String {
    if case .none = value { return "None" }
    return "\(value.typeName) object"
  }

  private func attribute(_ name: String, of loop: LoopState) throws -> Value? {
    let (index, count) = (loop.index, loop.elements.count)
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(count - index)
    case "revindex0": return .integer(count - index - 1)
    case "first": return .boolean(index == 0)
    case "last": return .boolean(index == count - 1)
    case "length": return .integer(count)
    case "depth": return .integer(loop.nesting + 1)
    case "depth0": return .integer(loop.nesting)
    case "previtem":
      return index == 0 ? .undefined("there is no previous item") : loop.elements[index - 1]
    case "nextitem":
      return index == count - 1 ? .undefined("there is no next item") : loop.elements[index + 1]
    case "cycle", "changed": return .method(BoundMethod(.loop(loop), name))
    default: return nil
    }
  }

  // MARK: - Indices and slices

  /// The index counted from the front; nil if the key is no integer or out of range.
  private func index(_ key: Value, count: Int) -> Int? {
    guard case .integer(let index)? = key.numeric, index >= -count, index < count else {
      return nil
    }
    return index < 0 ? index + count : index
  }

  /// `value[from:to:by]`; `bounds` are these three, none if absent.
  func slice(_ value: Value, _ bounds: [Value]) throws -> Value {
    if case .undefined(let message) = value { throw failure(message) }
    let numbers = try bounds.map { bound -> Int? in
      if case .none = bound { return nil }
      guard case .integer(let number)? = bound.numeric else {
        throw failure("slice indices must be integers or None or have an __index__ method")
      }
      return number
    }
    let step = numbers[2] ?? 1
    guard step != 0 else { throw failure("slice step cannot be zero") }
    func places(_ count: Int) throws -> [Int] {
      try charge(count)
      return Self.places(count, from: numbers[0], to: numbers[1], by: step)
    }
    switch value {
    case .string(let text):
      // Charged before the scalars are copied into an array, which takes four bytes each.
      try charge(bytes: text.utf8.count)
      let places = try places(text.unicodeScalars.count)
      let scalars = Array(text.unicodeScalars)
      var result = String.UnicodeScalarView()
      for place in places { result.append(scalars[place]) }
      return try self.text(String(result))
    case .list(let list): return try self.list(places(list.values.count).map { list.values[$0] })
    case .tuple(let list): return try tuple(places(list.values.count).map { list.values[$0] })
    case .range(let range): return try list(places(range.count).map { .integer(range[$0]) })
    default: throw failure("'\(value.typeName)' object is not subscriptable")
    }
  }

  /// The indices that a slice selects, with its bounds clipped as Python clips them.
  private static func places(_ count: Int, from: Int?, to: Int?, by step: Int) -> [Int] {
    let (lowest, highest) = step > 0 ? (0, count) : (-1, count - 1)
    func clipped(_ bound: Int?, _ absent: Int) -> Int {
      guard let bound else { return absent }
      // Saturated, because a bound may be `Int.min`.
      let place = bound < 0 ? (bound < -count ? -1 - count : bound) + count : bound
      return min(max(place, lowest), highest)
    }
    let first = clipped(from, step > 0 ? lowest : highest)
    let last = clipped(to, step > 0 ? highest : lowest)
    var places: [Int] = []
    var place = first
    while step > 0 ? place < last : place > last {
      places.append(place)
      let (next, overflows) = place.addingReportingOverflow(step)
      if overflows { break }
      place = next
    }
    return places
  }
}
