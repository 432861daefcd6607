// SPDX-License-Identifier: Apache-2.0

extension PatternParser {
  /// Parses a class after its `[`, which is at `start`, up to and including its `]`.
  ///
  /// - Parameters:
  ///   - start: The position of the `[`, for messages.
  ///   - isOuter: Whether the class is not nested in another; if case is ignored, only an outermost
  ///     class is extended.
  mutating func classBody(from start: Int, isOuter: Bool) throws -> ScalarSet {
    let isNegated = take("^")
    var set = ScalarSet()
    /// The set before `&&`.
    var intersected: ScalarSet?
    var isEmpty = true
    // A `]` right at the beginning is literal if another one follows.
    if peek() == 0x5D {
      guard text[(position + 1)...].contains(0x5D) else {
        throw failure("this class is empty", at: start)
      }
      set = set.union(try range(from: 0x5D, start: start))
      isEmpty = false
    }
    while true {
      guard let next = peek() else { throw failure("this class is not closed", at: start) }
      if take("]") { break }
      if take("&&") {
        guard !isEmpty, peek().map({ $0 != "]" }) ?? false else {
          throw unsupported(from: start, "an intersection with nothing")
        }
        intersected = intersected?.intersection(set) ?? set
        set = ScalarSet()
        isEmpty = true
        continue
      }
      set = set.union(try member(next, from: start))
      isEmpty = false
    }
    if let intersected { set = intersected.intersection(set) }
    if isOuter { set = folded(set) }
    return isNegated ? set.complement : set
  }

  /// Parses one member: a nested class, a POSIX bracket, a property, a scalar or a range.
  private mutating func member(_ next: UInt32, from start: Int) throws -> ScalarSet {
    let memberStart = position
    if next == "[" {
      if let set = try posixBracket() { return set }
      position += 1
      return try nested { try $0.classBody(from: memberStart, isOuter: false) }
    }
    position += 1
    guard next == "\\" else { return try range(from: next, start: start, isRead: true) }
    if take("b") { return try range(from: 0x08, start: start, isRead: true) }
    switch try sharedEscape(from: memberStart) {
    case .scalar(let scalar): return try range(from: scalar, start: start, isRead: true)
    case .set(let set):
      if peek() == 0x2D, let after = peek(1), after != "]" {
        throw failure("a set cannot begin a range")
      }
      return set
    }
  }

  /// Parses the rest of a range that begins with a scalar, or returns the scalar alone.
  private mutating func range(
    from first: UInt32, start: Int, isRead: Bool = false
  ) throws -> ScalarSet {
    if !isRead { position += 1 }
    guard peek() == 0x2D, let after = peek(1), after != "]" else { return ScalarSet(first) }
    // Some engines read the hyphen of `a-[` and `a-&&` literally, others reject it.
    guard after != "[", !(after == "&" && peek(2) == 0x26) else {
      throw failure("a range without an end is not supported")
    }
    position += 1
    let endStart = position
    position += 1
    var last = after
    if after == "\\" {
      if take("b") {
        last = 0x08
      } else {
        guard case .scalar(let scalar) = try sharedEscape(from: endStart) else {
          throw failure("a set cannot end a range", at: endStart)
        }
        last = scalar
      }
    }
    guard first <= last else { throw failure("this range is empty", at: endStart) }
    return ScalarSet([first..<last + 1])
  }

  /// Parses `[:name:]` or `[:^name:]`; nil if the bracket begins a nested class.
  private mutating func posixBracket() throws -> ScalarSet? {
    let start = position
    guard take("[:") else { return nil }
    let isNegated = take("^")
    let nameStart = position
    while let next = peek(), (0x61..<0x7B).contains(next) { position += 1 }
    let name = String(
      String.UnicodeScalarView(text[nameStart..<position].compactMap(Unicode.Scalar.init)))
    guard take(":]") else {
      position = start
      return nil
    }
    guard let set = ScalarSet.posix(name) else {
      throw unsupported(from: start, "this POSIX bracket")
    }
    return isNegated ? set.complement : set
  }
}
