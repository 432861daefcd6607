// SPDX-License-Identifier: Apache-2.0

/// Text on its way through the normalizers, each byte with where it comes from.
///
/// It does what `Normalizer` does, slower, for those who ask for offsets. What a byte that was put
/// in or replaced counts as coming from follows the `tokenizers` package.
struct AlignedText {
  private(set) var bytes: [UInt8]
  /// For each byte the range of the text as given; as long as `bytes`.
  private(set) var sources: [Range<Int>]

  /// A section of a text, each byte coming from its own scalar.
  init(_ text: [UInt8], _ section: Range<Int>) {
    bytes = Array(text[section])
    sources = []
    sources.reserveCapacity(section.count)
    var index = section.lowerBound
    while index < section.upperBound {
      let length = scalar(in: text.span, at: index).length
      sources.append(contentsOf: repeatElement(index..<index + length, count: length))
      index += length
    }
  }

  /// Where a range of bytes comes from.
  ///
  /// - Precondition: The range is not empty.
  func source(of range: Range<Int>) -> Range<Int> {
    let start = sources[range.lowerBound].lowerBound
    return start..<max(start, sources[range.upperBound - 1].upperBound)
  }

  mutating func apply(_ normalizer: Normalizer) {
    switch normalizer {
    case .nfc:
      rewrite { text, writer in
        CanonicalComposition.forEachStretch(of: text) { stretch, composed in
          guard let composed else { return writer.copy(stretch) }
          writer.compose(stretch, composed)
        }
      }
    case .prepend(let prefix):
      guard !bytes.isEmpty else { return }
      rewrite { text, writer in
        writer.write(prefix, from: 0)
        writer.copy(0..<text.count)
      }
    case .replace(let pattern, let content):
      rewrite { text, writer in
        var index = 0
        while index < text.count {
          if text[index...].starts(with: pattern) {
            // All of it comes from the last scalar that was replaced.
            writer.write(content, from: index + pattern.count - 1)
            index += pattern.count
          } else {
            writer.copy(index..<index + 1)
            index += 1
          }
        }
      }
    case .lowercase:
      rewrite { text, writer in
        var index = 0
        while index < text.count {
          let length = scalar(in: text.span, at: index).length
          writer.write(normalizer.apply(to: Array(text[index..<index + length])), from: index)
          index += length
        }
      }
    case .strip(let left, _):
      let count = normalizer.apply(to: bytes).count
      let afterLeft = Normalizer.strip(left: true, right: false).apply(to: bytes).count
      let start = left ? bytes.count - afterLeft : 0
      rewrite { _, writer in writer.copy(start..<start + count) }
    }
  }

  private mutating func rewrite(_ body: (_ text: [UInt8], _ writer: inout Writer) -> Void) {
    var writer = Writer(self)
    body(bytes, &writer)
    (bytes, sources) = (writer.bytes, writer.sources)
  }

  struct Writer {
    private let old: AlignedText
    fileprivate var bytes: [UInt8] = []
    fileprivate var sources: [Range<Int>] = []

    fileprivate init(_ old: AlignedText) { self.old = old }

    mutating func copy(_ range: Range<Int>) {
      bytes.append(contentsOf: old.bytes[range])
      sources.append(contentsOf: old.sources[range])
    }

    /// Writes bytes that come from where the byte at `index` comes from.
    mutating func write(_ content: [UInt8], from index: Int) {
      bytes.append(contentsOf: content)
      sources.append(contentsOf: repeatElement(old.sources[index], count: content.count))
    }

    /// Writes what a stretch was composed to.
    ///
    /// A scalar comes from the one whose place it takes; one that was put in comes from the one
    /// before.
    mutating func compose(_ stretch: Range<Int>, _ composed: [CanonicalComposition.Composed]) {
      var index = stretch.lowerBound
      for scalar in composed {
        var encoded: [UInt8] = []
        appendScalar(scalar.value, to: &encoded)
        if scalar.change > 0 {
          write(encoded, from: max(index - 1, 0))
          continue
        }
        write(encoded, from: min(index, stretch.upperBound - 1))
        for _ in 0..<(1 - scalar.change) where index < stretch.upperBound {
          index += SPINTokenization.scalar(in: old.bytes.span, at: index).length
        }
      }
    }
  }
}
