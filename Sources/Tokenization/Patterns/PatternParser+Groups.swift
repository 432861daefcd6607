// SPDX-License-Identifier: Apache-2.0

extension PatternParser {
  /// Parses a group after its `(`, which is at `start`; nil for a comment.
  mutating func group(from start: Int) throws -> PatternNode? {
    guard take("?") else { return try body(from: start) }
    if take("#") {
      while let next = peek(), next != ")" { position += next == "\\" ? 2 : 1 }
      guard take(")") else { throw failure("this comment is not closed", at: start) }
      return nil
    }
    if take(":") { return try body(from: start) }
    if take("=") { return .look(try body(from: start), isAhead: true, isNegative: false) }
    if take("!") { return .look(try body(from: start), isAhead: true, isNegative: true) }
    if take(">") { return .atomic(try body(from: start)) }
    if take("<=") { return try behind(try body(from: start), isNegative: false, from: start) }
    if take("<!") { return try behind(try body(from: start), isNegative: true, from: start) }
    return try optionGroup(from: start)
  }

  /// Parses the contents of a group and its `)`.
  private mutating func body(from start: Int) throws -> PatternNode {
    let node = try nested { try $0.alternatives() }
    guard take(")") else { throw failure("this group is not closed", at: start) }
    return node
  }

  /// Look-behind, as one node per alternative, because the widths of alternatives may differ.
  private func behind(
    _ body: PatternNode, isNegative: Bool, from start: Int
  ) throws -> PatternNode {
    var parts = [body]
    if case .alternatives(let alternatives) = body { parts = alternatives }
    guard parts.allSatisfy({ $0.width != nil }) else {
      throw unsupported(from: start, "look-behind of varying length")
    }
    let looks = parts.map { PatternNode.look($0, isAhead: false, isNegative: isNegative) }
    if looks.count == 1 { return looks[0] }
    return isNegative ? .sequence(looks) : .alternatives(looks)
  }

  /// Parses `(?i-m:...)`, or `(?i)`, which applies to the rest of the enclosing group.
  private mutating func optionGroup(from start: Int) throws -> PatternNode {
    let outer = options
    var isOn = true
    while let next = peek(), next != ")", next != ":" {
      position += 1
      switch next {
      case "-" where isOn: isOn = false
      case "i": options.ignoresCase = isOn
      case "m": options.dotMatchesNewline = isOn
      case "x": options.isExtended = isOn
      default: throw unsupported(from: start, "this kind of group")
      }
    }
    if take(":") {
      let node = try body(from: start)
      options = outer
      return node
    }
    guard take(")") else { throw failure("this group is not closed", at: start) }
    // The rest of the group, including its alternatives, is parsed like a separate group.
    let node = try nested { try $0.alternatives() }
    options = outer
    return node
  }
}
