// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// A strict pull reader over the UTF-8 bytes of one JSON document (RFC 8259).
///
/// The caller states what comes next and the reader rejects anything else, so a large file is read
/// in one pass without building a tree:
///
///     var reader = try JSONReader(bytes, path: "tokenizer.json")
///     try reader.readObject { key, reader in
///       if key == "version" { version = try reader.readString() } else { try reader.skipValue() }
///     }
///     try reader.finish()
///
/// Input is untrusted: invalid UTF-8, lone surrogates, duplicate keys, nesting beyond 128 levels,
/// numbers that fit neither Int64 nor a finite Double, and anything after the document are errors
/// that name the line and column. No input makes the reader trap.
package struct JSONReader {
  /// The maximum nesting depth of arrays and objects.
  package static let maximumDepth = 128
  /// The maximum size of a document in bytes.
  package static let maximumByteCount = 256 << 20

  /// The kind of a value, as determined by its first byte.
  package enum Kind: Sendable {
    case null, bool, number, string, array, object
  }

  /// The name of the document, for messages.
  package let path: String
  /// The number of bytes read so far.
  package internal(set) var position = 0
  /// Whether to accept `NaN`, `Infinity` and `-Infinity`, which are not JSON but are written and
  /// read by Python's `json`.
  package let permitsNonFinite: Bool
  let bytes: [UInt8]
  let firstLine: Int
  var depth = 0

  /// The size of the document in bytes.
  package var byteCount: Int { bytes.count }

  /// A reader at the beginning of a document.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - path: The name of the document, for messages.
  ///   - firstLine: The line of a file on which the document begins, for messages.
  ///   - permitsNonFinite: Whether to accept Python's names of non-finite numbers.
  /// - Throws: `SPINError` with code `malformedInput` if the document is larger than
  ///   `maximumByteCount`.
  package init(
    _ bytes: [UInt8], path: String, firstLine: Int = 1, permitsNonFinite: Bool = false
  ) throws {
    guard bytes.count <= Self.maximumByteCount else {
      throw SPINError(
        .malformedInput, at: path,
        "has \(bytes.count) bytes, a JSON document of at most \(Self.maximumByteCount) is expected")
    }
    self.bytes = bytes
    self.path = path
    self.firstLine = firstLine
    self.permitsNonFinite = permitsNonFinite
  }

  /// Checks that only white space follows.
  package mutating func finish() throws {
    skipWhitespace()
    if position < bytes.count { throw unexpected("the end of the document") }
  }
}

// MARK: - Containers

extension JSONReader {
  /// Reads an object, calling `member` for each key; `member` reads or skips the value.
  ///
  /// - Throws: `SPINError` if a key occurs twice. For objects with very many members, where the
  ///   caller's own table finds duplicates anyway, use `readMembers`.
  package mutating func readObject(
    _ member: (_ key: String, _ reader: inout JSONReader) throws -> Void
  ) throws {
    // Keys are compared as bytes: Swift considers canonically equivalent strings equal, JSON does
    // not.
    var seen = Set<ArraySlice<UInt8>>()
    try readMembers { keyBytes, reader in
      let key = String(decoding: keyBytes, as: UTF8.self)
      guard seen.insert(keyBytes).inserted else {
        throw reader.failure("the key \"\(key)\" occurs twice in one object")
      }
      try member(key, &reader)
    }
  }

  /// Reads an object without checking for duplicate keys, which the caller must check.
  ///
  /// - Parameter member: Called with each key as valid UTF-8 with its escapes resolved; reads or
  ///   skips the value.
  package mutating func readMembers(
    _ member: (_ key: ArraySlice<UInt8>, _ reader: inout JSONReader) throws -> Void
  ) throws {
    try open(UInt8(ascii: "{"), "an object")
    if take(UInt8(ascii: "}")) {
      depth -= 1
      return
    }
    repeat {
      skipWhitespace()
      let text = try scanString("a key in quotes")
      skipWhitespace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("\":\" after a key") }
      if text.hasEscapes {
        try member(try unescape(text)[...], &self)
      } else {
        try member(bytes[text.range], &self)
      }
      skipWhitespace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw unexpected("\",\" or \"}\"") }
    depth -= 1
  }

  /// Reads an array, calling `element` with the index of each element; `element` reads or skips the
  /// value.
  package mutating func readArray(
    _ element: (_ index: Int, _ reader: inout JSONReader) throws -> Void
  ) throws {
    try open(UInt8(ascii: "["), "an array")
    if take(UInt8(ascii: "]")) {
      depth -= 1
      return
    }
    var index = 0
    repeat {
      try element(index, &self)
      index += 1
      skipWhitespace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw unexpected("\",\" or \"]\"") }
    depth -= 1
  }

  /// Skips a value of any kind, checking it as strictly as if it were read.
  package mutating func skipValue() throws {
    switch try peekKind() {
    case .null: try readNull()
    case .bool: _ = try readBool()
    case .number: _ = try scanNumber()
    case .string: try skipString()
    case .array: try readArray { _, reader in try reader.skipValue() }
    case .object: try readObject { _, reader in try reader.skipValue() }
    }
  }

  mutating func open(_ bracket: UInt8, _ expected: String) throws {
    skipWhitespace()
    guard take(bracket) else { throw unexpected(expected) }
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw failure("is nested deeper than \(Self.maximumDepth) levels")
    }
    skipWhitespace()
  }
}

// MARK: - Words

extension JSONReader {
  /// The kind of the next value, which is not consumed.
  package mutating func peekKind() throws -> Kind {
    skipWhitespace()
    guard position < bytes.count else { throw unexpected("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "N"), UInt8(ascii: "I"):
      guard permitsNonFinite else { throw unexpected("a value") }
      return .number
    default: throw unexpected("a value")
    }
  }

  /// Reads `null`.
  package mutating func readNull() throws {
    skipWhitespace()
    guard take(word: "null") else { throw unexpected("null") }
  }

  /// Reads `true` or `false`.
  package mutating func readBool() throws -> Bool {
    skipWhitespace()
    if take(word: "true") { return true }
    if take(word: "false") { return false }
    throw unexpected("true or false")
  }

  /// Reads `null` if it comes next; returns whether it did.
  package mutating func takeNull() -> Bool {
    skipWhitespace()
    return take(word: "null")
  }

  mutating func take(word: StaticString) -> Bool {
    let letters = Array(word.description.utf8)
    guard bytes.count - position >= letters.count,
      bytes[position..<position + letters.count].elementsEqual(letters)
    else { return false }
    position += letters.count
    return true
  }

  mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }
}
