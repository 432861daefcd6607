// SPDX-License-Identifier: Apache-2.0

/// Text that is being normalized, with the source of each byte in the original text.
///
/// It gives the same text as `Normalizer`, more slowly, for callers that need offsets. The sources
/// of inserted and replaced bytes are those of the `tokenizers` package.
struct AlignedText {
  private(set) var bytes: [UInt8]
  /// The range of the original text from which each byte comes; has the same count as `bytes`.
  private(set) var sources: [Range<Int>]

  /// A section of a text; the source of each byte is its own scalar.
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

  /// The range of the original text from which a range of bytes comes.
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
            // The source of the whole replacement is the last scalar replaced.
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

    /// Writes bytes with the source of the old byte at `index`.
    mutating func write(_ content: [UInt8], from index: Int) {
      bytes.append(contentsOf: content)
      sources.append(contentsOf: repeatElement(old.sources[index], count: content.count))
    }

    /// Writes the composed form of a range of the text.
    ///
    /// The source of a scalar is the scalar that it replaces; that of an inserted scalar is the one
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
