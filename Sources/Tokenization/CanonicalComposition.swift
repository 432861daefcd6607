// SPDX-License-Identifier: Apache-2.0

/// Unicode normalization form C (UAX #15).
///
/// The data are those of the `tokenizers` package, which uses an older Unicode version for
/// composition than for patterns; scalars added later are left unchanged, as in that package.
package struct CanonicalComposition: Sendable {
  private var decompositions: [UInt32: (UInt32, UInt32)] = [:]
  private var compositions: [UInt64: UInt32] = [:]
  private var combiningClasses: [UInt32: UInt8] = [:]

  static let shared = CanonicalComposition()

  // Hangul syllables are composed by arithmetic (Unicode Standard, section 3.12).
  private static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
  private static let leadBase: UInt32 = 0x1100
  private static let vowelBase: UInt32 = 0x1161
  private static let tailBase: UInt32 = 0x11A7
  private static let leadCount: UInt32 = 19
  private static let vowelCount: UInt32 = 21
  private static let tailCount: UInt32 = 28

  private init() {
    readPairs(UnicodeData.compositions, composing: true)
    readPairs(UnicodeData.exclusions, composing: false)
    var scalar: UInt32 = 0
    for index in stride(from: 0, to: UnicodeData.singletons.count, by: 2) {
      scalar += UnicodeData.singletons[index]
      decompositions[scalar] = (UnicodeData.singletons[index + 1], 0)
    }
    let classes = UnicodeData.combiningClasses
    var index = 0
    while index < classes.count {
      let combiningClass = UInt8(classes[index])
      let end = index + 2 + 2 * Int(classes[index + 1])
      ScalarClasses.forEachRange(classes[index + 2..<end]) { range in
        for scalar in range { combiningClasses[UInt32(scalar)] = combiningClass }
      }
      index = end
    }
  }

  private mutating func readPairs(_ flat: [UInt32], composing: Bool) {
    var scalar: UInt32 = 0
    for index in stride(from: 0, to: flat.count, by: 3) {
      scalar += flat[index]
      let (first, second) = (flat[index + 1], flat[index + 2])
      decompositions[scalar] = (first, second)
      if composing { compositions[UInt64(first) << 32 | UInt64(second)] = scalar }
    }
  }

  /// The scalars that may change, be reordered or combine with a preceding scalar.
  ///
  /// A scalar whose decomposition composes to itself is not included: it can change only if an
  /// unsettled scalar follows.
  var unsettledScalars: Set<UInt32> {
    var scalars = Set(combiningClasses.keys)
    for pair in compositions.keys { scalars.insert(UInt32(truncatingIfNeeded: pair)) }
    for scalar in decompositions.keys where compose(scalar) == nil { scalars.insert(scalar) }
    scalars.formUnion(Self.vowelBase..<Self.vowelBase + Self.vowelCount)
    scalars.formUnion(Self.tailBase + 1..<Self.tailBase + Self.tailCount)
    return scalars
  }

  /// The scalar itself if its decomposition composes to it again; otherwise nil.
  private func compose(_ scalar: UInt32) -> UInt32? {
    guard let (first, second) = decompositions[scalar] else { return nil }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }

  /// The text in normalization form C.
  ///
  /// Only runs of unsettled scalars are decomposed, each with the settled scalar before it:
  /// composition never crosses a settled scalar.
  ///
  /// - Parameter text: Well-formed UTF-8.
  /// - Complexity: One pass if nothing can change, the usual case.
  package static func normalize(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var isChanged = false
    forEachStretch(of: text) { stretch, composed in
      if let composed {
        isChanged = true
        for scalar in composed { appendScalar(scalar.value, to: &result) }
      } else if isChanged || stretch.count < text.count {
        if result.isEmpty { result.reserveCapacity(text.count + 64) }
        result.append(contentsOf: text[stretch])
      }
    }
    return isChanged ? result : text
  }

  /// A scalar of the composed form.
  struct Composed {
    var value: UInt32
    var combiningClass: UInt8 = 0
    /// Its relation to the original scalars: 0 if it replaces one, 1 if it was inserted, and -n if
    /// it replaces one and the n that follow.
    var change = 0
  }

  /// Calls `body` with consecutive ranges of the text and their composed forms, nil for a range
  /// that is unchanged.
  static func forEachStretch(
    of text: [UInt8], _ body: (_ stretch: Range<Int>, _ composed: [Composed]?) -> Void
  ) {
    let flags = ScalarClasses.shared.flags
    let span = text.span
    var copied = 0
    var settled = 0
    var index = 0
    while index < span.count {
      let (value, length) = scalar(in: span, at: index)
      if value < 0x80 || flags[value] & ScalarClasses.composing == 0 {
        settled = index
        index += length
        continue
      }
      while index < span.count {
        let (value, length) = scalar(in: span, at: index)
        guard flags[value] & ScalarClasses.composing != 0 else { break }
        index += length
      }
      if copied < settled { body(copied..<settled, nil) }
      body(settled..<index, shared.composed(span.extracting(settled..<index)))
      copied = index
      settled = index
    }
    if copied < text.count { body(copied..<text.count, nil) }
  }

  private func composed(_ span: Span<UInt8>) -> [Composed] {
    var scalars: [Composed] = []
    var index = 0
    while index < span.count {
      let (value, length) = scalar(in: span, at: index)
      let first = scalars.count
      decompose(UInt32(value), into: &scalars)
      for part in scalars.indices[(first + 1)...] { scalars[part].change = 1 }
      index += length
    }
    sortMarks(&scalars)
    recompose(&scalars)
    return scalars
  }

  private func decompose(
    _ scalar: UInt32, into scalars: inout [Composed]
  ) {
    if scalar < 0xC0 {
      scalars.append(Composed(value: scalar))
    } else if Self.syllables.contains(scalar) {
      let offset = scalar - 0xAC00
      let block = Self.vowelCount * Self.tailCount
      scalars.append(Composed(value: Self.leadBase + offset / block))
      scalars.append(Composed(value: Self.vowelBase + offset % block / Self.tailCount))
      let tail = offset % Self.tailCount
      if tail > 0 { scalars.append(Composed(value: Self.tailBase + tail)) }
    } else if let (first, second) = decompositions[scalar] {
      decompose(first, into: &scalars)
      if second != 0 { decompose(second, into: &scalars) }
    } else {
      scalars.append(Composed(value: scalar, combiningClass: combiningClasses[scalar] ?? 0))
    }
  }

  /// Sorts each run of combining marks by class, stably.
  private func sortMarks(_ scalars: inout [Composed]) {
    var index = 0
    while index < scalars.count {
      guard scalars[index].combiningClass != 0 else {
        index += 1
        continue
      }
      let start = index
      while index < scalars.count, scalars[index].combiningClass != 0 { index += 1 }
      // `sort` is not documented to be stable, so the position is part of the key.
      let marks = scalars[start..<index].enumerated().sorted {
        ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
      }
      for (offset, mark) in marks.enumerated() { scalars[start + offset] = mark.element }
    }
  }

  private func recompose(_ scalars: inout [Composed]) {
    var kept = 0
    var starter: Int?
    var lastClass: UInt8 = 0
    for index in scalars.indices {
      let scalar = scalars[index]
      // A mark between the two with the same or a higher class blocks composition with the starter.
      if let starter, kept == starter + 1 || lastClass < scalar.combiningClass,
        let whole = composition(scalars[starter].value, scalar.value)
      {
        scalars[starter].value = whole
        scalars[starter].change += scalar.change - 1
        continue
      }
      if scalar.combiningClass == 0 { starter = kept }
      lastClass = scalar.combiningClass
      scalars[kept] = scalar
      kept += 1
    }
    scalars.removeLast(scalars.count - kept)
  }

  private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first >= Self.leadBase, first < Self.leadBase + Self.leadCount,
      second >= Self.vowelBase, second < Self.vowelBase + Self.vowelCount
    {
      let pair = (first - Self.leadBase) * Self.vowelCount + second - Self.vowelBase
      return 0xAC00 + pair * Self.tailCount
    }
    if Self.syllables.contains(first), (first - 0xAC00) % Self.tailCount == 0,
      second > Self.tailBase, second < Self.tailBase + Self.tailCount
    {
      return first + second - Self.tailBase
    }
    return compositions[UInt64(first) << 32 | UInt64(second)]
  }
}
