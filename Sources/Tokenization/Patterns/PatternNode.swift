// SPDX-License-Identifier: Apache-2.0

/// A node of the syntax tree of a regular expression, as parsed by `PatternParser`.
indirect enum PatternNode: Sendable, Equatable {
  /// The order in which a repetition tries its counts.
  enum Mode: Sendable, Equatable {
    /// As many as possible, fewer if the rest does not match.
    case greedy
    /// As few as possible, more if the rest does not match.
    case lazy
    /// As many as possible, never fewer.
    case possessive
  }

  /// A condition on a position between scalars.
  enum Anchor: Sendable, Equatable {
    /// `^`: the beginning of the text or after a newline that does not end the text.
    case lineStart
    /// `$`: the end of the text or before a newline.
    case lineEnd
    /// `\A`: the beginning of the text.
    case textStart
    /// `\z`: the end of the text.
    case textEnd
    /// `\Z`: the end of the text or before a newline that ends it.
    case textEndOrFinalNewline
    /// `\b`: between a word character and another or an end of the text.
    case wordBoundary
    /// `\B`: any position that is not a word boundary.
    case noWordBoundary
  }

  /// The empty pattern, which matches without consuming text.
  case empty
  /// One scalar of a set.
  case scalar(ScalarSet)
  /// One part after another.
  case sequence([PatternNode])
  /// The first alternative that leads to a match.
  case alternatives([PatternNode])
  /// A repeated part; a maximum of nil means no limit.
  case repeated(PatternNode, minimum: Int, maximum: Int?, mode: Mode)
  /// Look-around: the text that follows or precedes must match, or must not.
  case look(PatternNode, isAhead: Bool, isNegative: Bool)
  /// An atomic group: its first match is never reconsidered.
  case atomic(PatternNode)
  case anchor(Anchor)

  /// Whether the part can match the empty text.
  var isNullable: Bool {
    switch self {
    case .empty, .look, .anchor: true
    case .scalar: false
    case .sequence(let parts): parts.allSatisfy(\.isNullable)
    case .alternatives(let parts): parts.contains(where: \.isNullable)
    case .repeated(let part, let minimum, _, _): minimum == 0 || part.isNullable
    case .atomic(let part): part.isNullable
    }
  }

  /// The number of scalars that the part matches; nil if the number varies.
  var width: Int? {
    switch self {
    case .empty, .look, .anchor: return 0
    case .scalar: return 1
    case .sequence(let parts):
      return parts.reduce(0) { sum, part in
        guard let sum, let width = part.width else { return nil }
        return sum + width
      }
    case .alternatives(let parts):
      guard let first = parts.first?.width, parts.allSatisfy({ $0.width == first }) else {
        return nil
      }
      return first
    case .repeated(let part, let minimum, let maximum, _):
      guard minimum == maximum, let width = part.width else { return nil }
      return width * minimum
    case .atomic(let part): return part.width
    }
  }
}
