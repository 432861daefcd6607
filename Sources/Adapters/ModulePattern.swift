// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// A regular expression over names of modules, as PEFT's configurations hold them.
///
/// PEFT gives them to Python's `re`, which tries one way after the other and can take ages for an expression
/// in a file of a stranger, `(a+)+b` for one; so does Swift's engine. Here all ways go together: for each
/// part and position it is found once where matches can end. What is read means what it means to Python,
/// and what needs a search, as back references, is refused.
package struct ModulePattern {
  private let parts: [Part]
  private let root: Int

  /// Longer ones are refused: names of modules are short.
  static let longest = 1_000

  /// A part of an expression; other parts are named by their indices.
  enum Part {
    /// One character of these.
    case character(ASCIISet)
    /// All of them, one after the other.
    case sequence([Int])
    /// Any one of several parts.
    case choice([Int])
    /// A part repeated within bounds; nil for no upper bound.
    case repetition(Int, atLeast: Int, atMost: Int?)
    /// What follows begins like this, or does not.
    case lookahead(Int, isNegative: Bool)
    /// Between a character of a word and another, or not.
    case boundary(isNegative: Bool)
    /// The beginning of the name.
    case start
    /// The end of the text.
    case end
  }

  /// - Parameters:
  ///   - text: The expression.
  ///   - prefix: What precedes it, in parentheses of its own.
  ///   - failure: Makes the error of an expression that cannot be read.
  package init(_ text: String, prefix: String = "", failure: (String) -> SPINError) throws {
    guard text.utf8.count <= Self.longest else {
      throw failure("has a pattern of \(text.utf8.count) bytes, at most \(Self.longest) are read")
    }
    do throws(ModulePatternParser.Refusal) {
      // Alone first: a parenthesis too many would close the one around it.
      _ = try ModulePatternParser.parse(text)
      (parts, root) = try ModulePatternParser.parse("\(prefix)(?:\(text))")
    } catch {
      throw failure(
        "has the pattern \"\(text.excerpt)\", which cannot be read as a regular expression: "
          + error.message)
    }
  }

  /// Whether it matches a whole name, as `re.fullmatch` does.
  ///
  /// - Precondition: The name is ASCII and has fewer than 64 characters, as names of modules.
  package func matches(_ name: String) -> Bool {
    var matcher = Matcher(parts: parts, name: Array(name.utf8))
    return matcher.ends(of: root, from: 0).contains(name.utf8.count)
  }
}

/// Places in a name, from 0 to its length.
private struct Places {
  private(set) var bits: UInt64 = 0

  init() {}
  init(_ place: Int) { bits = 1 << UInt64(place) }

  var isEmpty: Bool { bits == 0 }
  func contains(_ place: Int) -> Bool { bits >> UInt64(place) & 1 == 1 }
  mutating func formUnion(_ other: Places) { bits |= other.bits }
  mutating func subtract(_ other: Places) { bits &= ~other.bits }

  func forEach(_ body: (Int) -> Void) {
    var left = bits
    while left != 0 {
      body(left.trailingZeroBitCount)
      left &= left - 1
    }
  }
}

/// Finds where parts end; every part and position once.
private struct Matcher {
  let parts: [ModulePattern.Part]
  let name: [UInt8]
  /// What was found, by part and position.
  private var found: [Places?]

  init(parts: [ModulePattern.Part], name: [UInt8]) {
    precondition(name.count < 64 && name.allSatisfy { $0 < 128 }, "no name of a module")
    self.parts = parts
    self.name = name
    found = Array(repeating: nil, count: parts.count * (name.count + 1))
  }

  mutating func ends(of part: Int, from place: Int) -> Places {
    let index = part * (name.count + 1) + place
    if let known = found[index] { return known }
    let result = search(parts[part], from: place)
    found[index] = result
    return result
  }

  private mutating func ends(of part: Int, from places: Places) -> Places {
    var result = Places()
    places.forEach { result.formUnion(ends(of: part, from: $0)) }
    return result
  }

  private mutating func search(_ part: ModulePattern.Part, from place: Int) -> Places {
    switch part {
    case .character(let set):
      return place < name.count && set.contains(name[place]) ? Places(place + 1) : Places()
    case .sequence(let items):
      return items.reduce(into: Places(place)) { $0 = ends(of: $1, from: $0) }
    case .choice(let items):
      return items.reduce(into: Places()) { $0.formUnion(ends(of: $1, from: place)) }
    case .repetition(let item, let atLeast, let atMost):
      return repeated(item, atLeast, atMost, from: place)
    case .lookahead(let item, let isNegative):
      return ends(of: item, from: place).isEmpty == isNegative ? Places(place) : Places()
    case .boundary(let isNegative):
      return (isWord(place - 1) == isWord(place)) == isNegative ? Places(place) : Places()
    case .start: return place == 0 ? Places(place) : Places()
    case .end: return place == name.count ? Places(place) : Places()
    }
  }

  private mutating func repeated(
    _ item: Int, _ atLeast: Int, _ atMost: Int?, from place: Int
  ) -> Places {
    // After as many repetitions as there are positions a set no longer changes: either every time takes a character,
    // and nothing is left, or some time takes none.
    let enough = name.count + 1
    var current = Places(place)
    for _ in 0..<min(atLeast, enough) { current = ends(of: item, from: current) }
    var all = current
    var left = atMost.map { $0 - atLeast } ?? enough
    while left > 0, !current.isEmpty {
      current = ends(of: item, from: current)
      current.subtract(all)
      all.formUnion(current)
      left -= 1
    }
    return all
  }

  private func isWord(_ place: Int) -> Bool {
    name.indices.contains(place) && ASCIISet.word.contains(name[place])
  }
}
