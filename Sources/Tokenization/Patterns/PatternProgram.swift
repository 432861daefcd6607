// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A regular expression compiled to instructions for `PatternMatcher`.
package struct PatternProgram: Sendable {
  /// An instruction.
  ///
  /// Execution continues at the next instruction unless stated otherwise.
  enum Instruction: Sendable {
    /// Matches one scalar of a class.
    case scalar(Int)
    /// Matches as many scalars of a class as possible, or fewer if the rest fails, unless
    /// possessive.
    case span(Int, minimum: Int, maximum: Int, isPossessive: Bool, key: Int)
    /// Continues at `first` and, if that fails, at `second`.
    case choice(first: Int, second: Int, key: Int)
    case jump(Int)
    case anchor(PatternNode.Anchor)
    /// Runs the following instructions up to their `accept`, from the present position or from
    /// `width` scalars before, and continues at `next` from the present position if they match, or,
    /// if `isNegative`, if they do not.
    case look(next: Int, width: Int?, isNegative: Bool)
    /// Runs the following instructions up to their `accept` and continues at `next` from the end of
    /// that match.
    case atomic(next: Int)
    case accept
  }

  /// The maximum number of instructions of a pattern.
  static let maximumCount = 1 << 14
  /// The maximum number of states that are memoized; each costs at most one bit per byte of text.
  static let maximumKeyCount = 1 << 10

  private(set) var instructions: [Instruction] = []
  private(set) var classes: [ScalarClass] = []
  /// The number of states that a matcher can memoize at each position.
  private(set) var keyCount = 0
  /// Whether a match can begin at each byte value; all true if a match may be empty.
  let canBegin: [Bool]

  /// Compiles a pattern.
  ///
  /// - Throws: `SPINError` if the pattern is malformed, too large or not supported; unless it is
  ///   too large, the message gives the offset in the pattern.
  package init(_ pattern: String) throws {
    let node = try PatternParser.parse(pattern)
    canBegin = Self.canBegin(node)
    try emit(node)
    try append(.accept)
  }

  /// The non-overlapping matches in a text, in order.
  ///
  /// - Parameter text: Well-formed UTF-8.
  package func matches(in text: [UInt8]) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var matcher = PatternMatcher(self, in: 0..<text.count)
    matcher.forEachMatch(in: text.span) { matches.append($0) }
    return matches
  }

  private mutating func append(_ instruction: Instruction) throws {
    guard instructions.count < Self.maximumCount else {
      throw SPINError(
        .malformedInput,
        "the pattern is too large, it has more than \(Self.maximumCount) steps once its repetitions"
          + " are written out")
    }
    instructions.append(instruction)
  }

  private mutating func keys(_ count: Int) throws -> Int {
    keyCount += count
    guard keyCount <= Self.maximumKeyCount else {
      throw SPINError(
        .malformedInput,
        "the pattern is too large, it has more than \(Self.maximumKeyCount) choices once its"
          + " repetitions are written out")
    }
    return keyCount - count
  }

  private mutating func classIndex(_ set: ScalarSet) -> Int {
    if let index = classes.firstIndex(where: { $0.set == set }) { return index }
    classes.append(ScalarClass(set))
    return classes.count - 1
  }

  private mutating func emit(_ node: PatternNode) throws {
    switch node {
    case .empty: break
    case .scalar(let set): try append(.scalar(classIndex(set)))
    case .sequence(let parts): for part in parts { try emit(part) }
    case .alternatives(let parts): try emitAlternatives(parts)
    case .repeated(let part, let minimum, let maximum, let mode):
      try emitRepeated(part, minimum, maximum, mode)
    case .look(let body, let isAhead, let isNegative):
      let start = instructions.count
      try append(.accept)
      try emit(body)
      try append(.accept)
      instructions[start] = .look(
        next: instructions.count, width: isAhead ? nil : body.width, isNegative: isNegative)
    case .atomic(let body): try emitAtomic(body)
    case .anchor(let anchor): try append(.anchor(anchor))
    }
  }

  private mutating func emitAtomic(_ body: PatternNode) throws {
    let start = instructions.count
    try append(.accept)
    try emit(body)
    try append(.accept)
    instructions[start] = .atomic(next: instructions.count)
  }

  private mutating func emitAlternatives(_ parts: [PatternNode]) throws {
    var jumps: [Int] = []
    for part in parts.dropLast() {
      let choice = instructions.count
      let key = try keys(1)
      try append(.accept)
      try emit(part)
      jumps.append(instructions.count)
      try append(.accept)
      instructions[choice] = .choice(first: choice + 1, second: instructions.count, key: key)
    }
    if let last = parts.last { try emit(last) }
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }

  private mutating func emitRepeated(
    _ part: PatternNode, _ minimum: Int, _ maximum: Int?, _ mode: PatternNode.Mode
  ) throws {
    if case .scalar(let set) = part, mode != .lazy {
      // Two keys: for the state before the first scalar and for the states after the minimum.
      try append(
        .span(
          classIndex(set), minimum: minimum, maximum: maximum ?? .max,
          isPossessive: mode == .possessive, key: keys(2)))
      return
    }
    if mode == .possessive {
      let body = PatternNode.repeated(part, minimum: minimum, maximum: maximum, mode: .greedy)
      return try emitAtomic(body)
    }
    for _ in 0..<minimum { try emit(part) }
    guard let maximum else {
      let choice = instructions.count
      let key = try keys(1)
      try append(.accept)
      try emit(part)
      try append(.jump(choice))
      instructions[choice] = optional(choice, end: instructions.count, mode, key)
      return
    }
    var choices: [(index: Int, key: Int)] = []
    for _ in minimum..<maximum {
      choices.append((instructions.count, try keys(1)))
      try append(.accept)
      try emit(part)
    }
    for (index, key) in choices {
      instructions[index] = optional(index, end: instructions.count, mode, key)
    }
  }

  private func optional(
    _ choice: Int, end: Int, _ mode: PatternNode.Mode, _ key: Int
  ) -> Instruction {
    mode == .lazy
      ? .choice(first: end, second: choice + 1, key: key)
      : .choice(first: choice + 1, second: end, key: key)
  }

  // MARK: - First bytes

  private static func canBegin(_ node: PatternNode) -> [Bool] {
    guard let first = firstScalars(node) else { return Array(repeating: true, count: 256) }
    var canBegin = [Bool](repeating: false, count: 256)
    for range in first.ranges {
      for scalar in 0..<UInt32(0x80) where range.contains(scalar) { canBegin[Int(scalar)] = true }
      let (low, high) = (max(range.lowerBound, 0x80), range.upperBound)
      guard low < high else { continue }
      for byte in leadByte(low)...leadByte(high - 1) { canBegin[byte] = true }
    }
    return canBegin
  }

  /// The first UTF-8 byte of a non-ASCII scalar.
  private static func leadByte(_ scalar: UInt32) -> Int {
    scalar < 0x800
      ? Int(0xC0 | scalar >> 6)
      : scalar < 0x10000 ? Int(0xE0 | scalar >> 12) : Int(0xF0 | scalar >> 18)
  }

  /// The scalars with which a match can begin; nil if it may be empty or this is not known.
  private static func firstScalars(_ node: PatternNode) -> ScalarSet? {
    switch node {
    case .empty, .look, .anchor: return nil
    case .scalar(let set): return set
    case .alternatives(let parts):
      return parts.reduce(ScalarSet() as ScalarSet?) { union, part in
        guard let union, let first = firstScalars(part) else { return nil }
        return union.union(first)
      }
    case .sequence(let parts):
      var union = ScalarSet()
      for part in parts {
        if let first = firstScalars(part) { return union.union(first) }
        guard let optional = optionalScalars(part) else { return nil }
        union = union.union(optional)
      }
      return nil
    case .repeated(let part, let minimum, _, _): return minimum > 0 ? firstScalars(part) : nil
    case .atomic(let part): return firstScalars(part)
    }
  }

  /// The scalars with which a part that may be absent can begin; nil if they are not known.
  private static func optionalScalars(_ node: PatternNode) -> ScalarSet? {
    switch node {
    case .empty, .anchor, .look: return ScalarSet()
    case .repeated(let part, 0, _, _): return firstScalars(part)
    default: return nil
    }
  }
}

/// A set of scalars with fast membership tests: a bitmap for the Basic Multilingual Plane, and
/// binary search beyond.
struct ScalarClass: Sendable {
  let set: ScalarSet
  private let bits: [UInt64]

  init(_ set: ScalarSet) {
    self.set = set
    var bits = [UInt64](repeating: 0, count: 0x10000 / 64)
    for range in set.ranges where range.lowerBound < 0x10000 {
      for scalar in range.lowerBound..<min(range.upperBound, 0x10000) {
        bits[Int(scalar >> 6)] |= 1 << UInt64(scalar & 63)
      }
    }
    self.bits = bits
  }

  @inline(__always)
  func contains(_ scalar: Int) -> Bool {
    scalar < 0x10000
      ? bits[scalar >> 6] >> UInt64(scalar & 63) & 1 != 0 : set.contains(UInt32(scalar))
  }
}
