// SPDX-License-Identifier: Apache-2.0

/// A part of a regular expression, as `PatternParser` reads it.
indirect enum PatternNode: Sendable, Equatable {
  /// How much a repetition takes first.
  enum Mode: Sendable, Equatable {
    /// As much as possible, less where the rest does not match.
    case greedy
    /// As little as possible, more where the rest does not match.
    case lazy
    /// As much as possible, and never less.
    case possessive
  }

  /// What holds between two scalars.
  enum Anchor: Sendable, Equatable {
    /// `^`: the beginning of the text or after a newline that does not end the text.
    case lineStart
    /// `$`: the end of the text or before a newline.
    case lineEnd
    /// `\A`.
    case textStart
    /// `\z`.
    case textEnd
    /// `\Z`: the end of the text or before a newline that ends it.
    case textEndOrFinalNewline
    /// `\b`.
    case wordBoundary
    /// `\B`.
    case noWordBoundary
  }

  /// The empty pattern, which matches without consuming text.
  case empty
  /// One scalar of a set.
  case scalar(ScalarSet)
  /// One part after another.
  case sequence([PatternNode])
  /// The first part that leads to a match.
  case alternatives([PatternNode])
  /// A part several times; without a maximum where it is nil.
  case repeated(PatternNode, minimum: Int, maximum: Int?, mode: Mode)
  /// What follows, or precedes, matches or does not.
  case look(PatternNode, isAhead: Bool, isNegative: Bool)
  /// A part whose first match is final.
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

  /// The number of scalars that the part matches where that is always the same.
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
