// SPDX-License-Identifier: Apache-2.0

/// Reads the part of Python's regular expressions that `ModulePattern` computes.
///
/// - Source: the `re` module of Python 3.11.
struct ModulePatternParser {
  /// Why an expression is not read.
  struct Refusal: Error { let message: String }

  private typealias Part = ModulePattern.Part
  private let characters: [Unicode.Scalar]
  private var place = 0
  private var depth = 0
  private var parts: [Part] = []
  private var names: Set<[Unicode.Scalar]> = []

  /// Groups within groups beyond these are refused: reading and matching call themselves.
  static let deepest = 50
  /// Counts above are refused.
  static let largestCount = 1_000

  /// The parts of an expression, and which of them is the whole.
  static func parse(_ text: String) throws(Refusal) -> (parts: [ModulePattern.Part], root: Int) {
    var parser = ModulePatternParser(text)
    let root = try parser.choice()
    guard parser.next == nil else { throw Refusal(message: "a parenthesis closes no group") }
    return (parser.parts, root)
  }

  private init(_ text: String) { characters = Array(text.unicodeScalars) }

  private var next: Unicode.Scalar? { place < characters.count ? characters[place] : nil }

  /// Steps over a text if it comes next.
  private mutating func take(_ text: String) -> Bool {
    guard characters[place...].starts(with: text.unicodeScalars) else { return false }
    place += text.unicodeScalars.count
    return true
  }

  private mutating func add(_ part: Part) -> Int {
    parts.append(part)
    return parts.count - 1
  }

  private mutating func choice() throws(Refusal) -> Int {
    var items = [try sequence()]
    while take("|") { items.append(try sequence()) }
    return items.count == 1 ? items[0] : add(.choice(items))
  }

  private mutating func sequence() throws(Refusal) -> Int {
    var items: [Int] = []
    while let character = next, character != "|", character != ")" {
      items.append(try repeatable())
    }
    return add(.sequence(items))
  }

  /// An atom with its quantifier, if it has one.
  private mutating func repeatable() throws(Refusal) -> Int {
    let atom = try atom()
    guard let counts = try quantifier() else { return atom }
    switch parts[atom] {
    case .start, .end, .boundary: throw Refusal(message: "there is nothing to repeat")
    default: break
    }
    // A lazy quantifier finds another match first, and the same whole names.
    _ = take("?")
    if next == "+" { throw Refusal(message: "possessive quantifiers are not read") }
    if try quantifier() != nil { throw Refusal(message: "a quantifier follows another") }
    return add(.repetition(atom, atLeast: counts.least, atMost: counts.most))
  }

  private mutating func quantifier() throws(Refusal) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    let start = place
    guard take("{") else { return nil }
    let least = try count()
    let hasComma = take(",")
    let most = hasComma ? try count() : least
    guard least != nil || hasComma, take("}") else {
      // No quantifier: a brace is a character then.
      place = start
      return nil
    }
    guard least ?? 0 <= most ?? .max else {
      throw Refusal(message: "a quantifier's counts are the wrong way round")
    }
    return (least ?? 0, most)
  }

  private mutating func count() throws(Refusal) -> Int? {
    var value: Int?
    while let digit = next, ("0"..."9").contains(digit) {
      value = (value ?? 0) * 10 + Int(digit.value - 48)
      guard value ?? 0 <= Self.largestCount else {
        throw Refusal(message: "a count is above \(Self.largestCount)")
      }
      place += 1
    }
    return value
  }

  private mutating func atom() throws(Refusal) -> Int {
    guard let character = next else { preconditionFailure("an atom at the end") }
    switch character {
    case "(": return try group()
    case "*", "+", "?": throw Refusal(message: "there is nothing to repeat")
    case "{":
      if try quantifier() != nil { throw Refusal(message: "there is nothing to repeat") }
    case "^": return step(.start)
    case "$": return step(.end)
    case ".": return step(.character(.anything))
    case "[":
      place += 1
      return add(.character(try set()))
    case "\\":
      place += 1
      if take("b") { return add(.boundary(isNegative: false)) }
      if take("B") { return add(.boundary(isNegative: true)) }
      if take("A") { return add(.start) }
      if take("Z") { return add(.end) }
      return add(.character(try escaped()))
    default: break
    }
    return step(.character(Self.single(character)))
  }

  private mutating func step(_ part: Part) -> Int {
    place += 1
    return add(part)
  }

  /// A group, from its parenthesis on.
  private mutating func group() throws(Refusal) -> Int {
    place += 1
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw Refusal(message: "groups are nested more than \(Self.deepest) deep")
    }
    var isNegative: Bool?
    if take("?") {
      if take("=") {
        isNegative = false
      } else if take("!") {
        isNegative = true
      } else if take("P<") {
        try name()
      } else if !take(":") {
        throw Refusal(
          message: "of groups that begin with (? only (?:, (?P<name>, (?= and (?! are read")
      }
    }
    let content = try choice()
    guard take(")") else { throw Refusal(message: "a group is not closed") }
    return isNegative.map { add(.lookahead(content, isNegative: $0)) } ?? content
  }

  /// The name of a group, which nothing here refers to.
  private mutating func name() throws(Refusal) {
    let start = place
    while next != nil, next != ">" { place += 1 }
    let name = characters[start..<place]
    guard take(">"), let first = name.first, !("0"..."9").contains(first),
      name.allSatisfy({ $0.isASCII && ASCIISet.word.contains(UInt8($0.value)) })
    else { throw Refusal(message: "a group has no name between < and >") }
    guard names.insert(Array(name)).inserted else {
      throw Refusal(message: "two groups have one name")
    }
  }

  /// A set, from what follows its bracket on.
  private mutating func set() throws(Refusal) -> ASCIISet {
    let isNegative = take("^")
    var result = ASCIISet()
    var isFirst = true
    while true {
      guard let character = next else { throw Refusal(message: "a set is not closed") }
      if character == "]", !isFirst { break }
      isFirst = false
      let low = try member()
      guard next == "-", place + 1 < characters.count, characters[place + 1] != "]" else {
        result = result.union(low.set)
        continue
      }
      place += 1
      let high = try member()
      guard let first = low.single, let last = high.single, first <= last else {
        throw Refusal(message: "a range in a set has no order")
      }
      if first.value < 128 {
        result = result.union(ASCIISet(UInt8(first.value)...UInt8(min(last.value, 127))))
      }
    }
    place += 1
    return isNegative ? result.inverted : result
  }

  /// A member of a set, and the one character that it is.
  private mutating func member() throws(Refusal) -> (set: ASCIISet, single: Unicode.Scalar?) {
    guard let character = next else { throw Refusal(message: "a set is not closed") }
    place += 1
    guard character == "\\" else { return (Self.single(character), character) }
    let name = next
    let set = try escaped()
    guard let name, !"dDwWsS".unicodeScalars.contains(name) else { return (set, nil) }
    return (set, Self.controls[name] ?? name)
  }

  private static let controls: [Unicode.Scalar: Unicode.Scalar] = [
    "n": "\n", "r": "\r", "t": "\t", "f": "\u{C}", "v": "\u{B}", "a": "\u{7}",
  ]

  /// What an escape means, from what follows its backslash on.
  private mutating func escaped() throws(Refusal) -> ASCIISet {
    guard let character = next else { throw Refusal(message: "a backslash ends it") }
    place += 1
    switch character {
    case "d": return .digits
    case "D": return ASCIISet.digits.inverted
    case "w": return .word
    case "W": return ASCIISet.word.inverted
    case "s": return .space
    case "S": return ASCIISet.space.inverted
    default: break
    }
    if let control = Self.controls[character] { return Self.single(control) }
    guard !("0"..."9").contains(character) else {
      throw Refusal(message: "back references and numbers of characters are not read")
    }
    guard !(character.properties.isAlphabetic && character.isASCII) else {
      throw Refusal(message: "the escape \\\(character) is not read")
    }
    return Self.single(character)
  }

  /// One character; none where it is not ASCII, which no name holds.
  private static func single(_ character: Unicode.Scalar) -> ASCIISet {
    character.isASCII ? ASCIISet(UInt8(character.value)...UInt8(character.value)) : ASCIISet()
  }
}
