// SPDX-License-Identifier: Apache-2.0

/// Text that is split into contiguous pieces.
struct TextPieces {
  private(set) var bytes: [UInt8]
  /// The end offset of each piece; no piece is empty.
  var ends: [Int]
  /// Whether the first piece begins at the beginning of the whole text, before any added token.
  private(set) var isStart: Bool
  /// The range of the original text from which each byte comes; nil if sources are not tracked.
  private(set) var sources: [Range<Int>]?

  /// A text as a single piece.
  init(_ bytes: [UInt8], isStart: Bool, sources: [Range<Int>]? = nil) {
    self.bytes = bytes
    self.isStart = isStart
    self.sources = sources
    ends = bytes.isEmpty ? [] : [bytes.count]
  }

  /// Calls `body` with the range of each piece.
  func forEach(_ body: (Range<Int>) -> Void) {
    var start = 0
    for end in ends {
      body(start..<end)
      start = end
    }
  }

  /// The range of the original text from which a range of bytes comes.
  ///
  /// - Precondition: Sources are tracked, and the range is not empty.
  func source(of range: Range<Int>) -> Range<Int> {
    guard let sources else { preconditionFailure("sources are not tracked") }
    let start = sources[range.lowerBound].lowerBound
    return start..<max(start, sources[range.upperBound - 1].upperBound)
  }

  /// Replaces each piece by other pieces.
  ///
  /// - Parameter body: Writes the pieces that replace the piece in the range.
  mutating func rewrite(_ body: (_ range: Range<Int>, _ writer: inout Writer) -> Void) {
    var writer = Writer(self)
    forEach { range in
      body(range, &writer)
      writer.endPiece()
    }
    bytes = writer.bytes
    ends = writer.ends
    sources = writer.sources
  }

  /// Splits each piece, removing the parts that are not kept.
  ///
  /// - Parameter body: Appends the ranges to keep of the piece in a range, in order; empty ranges
  ///   are ignored.
  mutating func cut(
    _ body: (_ text: Span<UInt8>, _ range: Range<Int>, _ kept: inout [Range<Int>]) -> Void
  ) {
    let kept = kept(body)
    if kept.reduce(0, { $0 + $1.count }) == bytes.count {
      ends = kept.map(\.upperBound)
      return
    }
    if kept.first?.lowerBound != 0 { isStart = false }
    var writer = Writer(self)
    for range in kept {
      writer.copy(range)
      writer.endPiece()
    }
    bytes = writer.bytes
    ends = writer.ends
    sources = writer.sources
  }

  private func kept(
    _ body: (_ text: Span<UInt8>, _ range: Range<Int>, _ kept: inout [Range<Int>]) -> Void
  ) -> [Range<Int>] {
    var kept: [Range<Int>] = []
    let text = bytes.span
    forEach { body(text, $0, &kept) }
    kept.removeAll(where: \.isEmpty)
    return kept
  }

  /// Collects the pieces that replace others.
  struct Writer {
    private let old: TextPieces
    fileprivate var bytes: [UInt8] = []
    fileprivate var ends: [Int] = []
    fileprivate var sources: [Range<Int>]?

    fileprivate init(_ old: TextPieces) {
      self.old = old
      bytes.reserveCapacity(old.bytes.count + old.bytes.count / 2)
      ends.reserveCapacity(old.ends.count)
      if old.sources != nil { sources = [] }
    }

    /// The old text.
    var text: [UInt8] { old.bytes }

    /// Writes a range of the old text.
    mutating func copy(_ range: Range<Int>) {
      bytes.append(contentsOf: old.bytes[range])
      if let from = old.sources { sources?.append(contentsOf: from[range]) }
    }

    /// Writes other bytes, with the source of the byte at `index` of the old text.
    mutating func write(_ content: [UInt8], from index: Int) {
      bytes.append(contentsOf: content)
      if let from = old.sources {
        sources?.append(contentsOf: repeatElement(from[index], count: content.count))
      }
    }

    /// Ends a piece, unless it is empty.
    mutating func endPiece() {
      if bytes.count > ends.last ?? 0 { ends.append(bytes.count) }
    }
  }
}
