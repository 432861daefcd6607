// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The tokens of a model, by id and by text.
///
/// The texts are stored contiguously in one array and found by an open-addressing hash table, so
/// that 150,000 tokens need three allocations instead of 150,000.
struct Vocabulary: Sendable {
  /// The maximum number of tokens in a file.
  static let maximumCount = 1 << 20
  /// One more than the largest permitted id: twice `maximumCount`, so that tables by id stay small
  /// and two ids fit in 42 bits.
  static let idLimit = 1 << 21
  /// The maximum length of a token in bytes.
  static let maximumTokenLength = 4096

  private var bytes: [UInt8] = []
  /// The extent of the token with each id; a single array, so that a lookup has one cache miss.
  private var extents: [Extent] = []
  /// The hash table: a slot has the upper half of the hash above the id, or is `emptySlot`.
  private var slots: [UInt64] = []
  private var mask = 0
  /// The random seed of hashes, so that no file can cause collisions on purpose.
  private let seed = UInt64.random(in: 0...UInt64.max)
  /// The number of tokens.
  private(set) var count = 0

  private static let emptySlot = UInt64.max

  /// The range of a token in `bytes`; the length is -1 if there is no token with the id.
  private struct Extent {
    var start: UInt32 = 0
    var length: Int32 = -1
  }

  /// One more than the largest id in use.
  var idEnd: Int { extents.count }

  /// Adds a token, which can be found by text after `index`.
  mutating func append(_ token: ArraySlice<UInt8>, id: Int) throws {
    guard count < Self.maximumCount else {
      throw SPINError(
        .malformedInput, "has more than \(Self.maximumCount) tokens, which is the most allowed")
    }
    guard id >= 0, id < Self.idLimit else {
      throw SPINError(
        .malformedInput,
        "token \(quoted(token)) has the id \(id), expected 0 to \(Self.idLimit - 1)")
    }
    guard token.count <= Self.maximumTokenLength else {
      throw SPINError(
        .malformedInput,
        "the token with id \(id) has \(token.count) bytes, at most \(Self.maximumTokenLength)"
          + " are allowed")
    }
    while id >= extents.count { extents.append(Extent()) }
    guard extents[id].length < 0 else {
      throw SPINError(
        .malformedInput,
        "the id \(id) belongs to two tokens, \(quoted(self.token(id))) and \(quoted(token))")
    }
    extents[id] = Extent(start: UInt32(bytes.count), length: Int32(token.count))
    bytes.append(contentsOf: token)
    count += 1
  }

  /// Builds the hash table for `id(of:)`.
  ///
  /// - Throws: `SPINError` if two ids have the same text.
  mutating func index() throws {
    var capacity = 16
    while capacity < count + count / 2 { capacity *= 2 }
    mask = capacity - 1
    slots = try table(capacity)
  }

  private func table(_ capacity: Int) throws -> [UInt64] {
    var table = [UInt64](repeating: Self.emptySlot, count: capacity)
    let text = bytes.span
    for id in extents.indices where extents[id].length >= 0 {
      let range = range(id)
      let hash = hash(text, range)
      var slot = Int(truncatingIfNeeded: hash) & mask
      while table[slot] != Self.emptySlot {
        if matches(table[slot], hash, text, range) {
          throw SPINError(
            .malformedInput,
            "the token \(quoted(token(id))) occurs twice, as ids \(table[slot] & 0xFFFF_FFFF)"
              + " and \(id)")
        }
        slot = (slot + 1) & mask
      }
      table[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(id)
    }
    return table
  }

  /// The id of the token with the text in `range`; -1 if there is none.
  func id(of text: Span<UInt8>, _ range: Range<Int>) -> Int32 {
    guard !slots.isEmpty else { return -1 }
    let hash = hash(text, range)
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != Self.emptySlot {
      if matches(slots[slot], hash, text, range) {
        return Int32(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF)
      }
      slot = (slot + 1) & mask
    }
    return -1
  }

  /// The id of the token with the given text; nil if there is none.
  func id(of text: [UInt8]) -> Int32? {
    let id = id(of: text.span, 0..<text.count)
    return id < 0 ? nil : id
  }

  /// Whether there is a token with an id.
  func contains(_ id: Int) -> Bool { extents.indices.contains(id) && extents[id].length >= 0 }

  /// The text of a token.
  ///
  /// - Precondition: `contains(id)`.
  func token(_ id: Int) -> ArraySlice<UInt8> { bytes[range(id)] }

  private func range(_ id: Int) -> Range<Int> {
    let start = Int(extents[id].start)
    return start..<start + Int(extents[id].length)
  }

  @inline(__always)
  private func matches(
    _ slot: UInt64, _ hash: UInt64, _ text: Span<UInt8>, _ range: Range<Int>
  ) -> Bool {
    slot >> 32 == hash >> 32 && isToken(Int(slot & 0xFFFF_FFFF), text, range)
  }

  /// Whether the token with an id has the text in `range`.
  @inline(__always)
  func isToken(_ id: Int, _ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard id < extents.count else { return false }
    let extent = extents[id]
    guard Int(extent.length) == range.count else { return false }
    var own = Int(extent.start)
    for index in range {
      if bytes[own] != text[index] { return false }
      own += 1
    }
    return true
  }

  @inline(__always)
  private func hash(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    hashBytes(text, range, seed: seed)
  }
}

/// FNV-1a of the bytes in `range` with a random seed, mixed further so that all bits depend on all
/// bytes.
@inline(__always)
func hashBytes(_ text: Span<UInt8>, _ range: Range<Int>, seed: UInt64) -> UInt64 {
  var hash = seed
  for index in range { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
  hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
  return hash ^ hash >> 29
}

/// A token for a message: in quotes, with ill-formed UTF-8 replaced, and cut after 60 bytes.
func quoted(_ token: some Collection<UInt8>) -> String {
  let text = String(decoding: token.prefix(60), as: UTF8.self)
  return "\"" + text + (token.count > 60 ? "..." : "") + "\""
}
