// SPDX-License-Identifier: Apache-2.0

/// A set of prompts that finds a prompt again in another spelling.
///
///     let seen = PromptOverlap(trainingPrompts)
///     let fresh = questions.filter { !seen.contains($0) }
///
/// Prompts are compared without case, punctuation and the amount of whitespace.
public struct PromptOverlap: Sendable {
  private let normalized: Set<[UInt8]>
  private let exact: Set<[UInt8]>

  /// A set of prompts.
  public init(_ prompts: some Sequence<String>) {
    var normalized: Set<[UInt8]> = []
    var exact: Set<[UInt8]> = []
    for prompt in prompts {
      exact.insert(Array(prompt.utf8))
      normalized.insert(Array(Self.normalized(prompt).utf8))
    }
    // What holds nothing but punctuation is no prompt that could be found again.
    normalized.remove([])
    self.normalized = normalized
    self.exact = exact
  }

  /// Whether a prompt is in the set, up to case, punctuation and whitespace.
  ///
  /// A prompt without a letter, digit or mark is in no set.
  public func contains(_ prompt: String) -> Bool {
    normalized.contains(Array(Self.normalized(prompt).utf8))
  }

  /// Whether a prompt is in the set word for word, byte by byte.
  public func containsVerbatim(_ prompt: String) -> Bool { exact.contains(Array(prompt.utf8)) }

  /// A prompt in lower case, of letters, marks, numbers and underscores alone, with one space where
  /// whitespace is.
  ///
  /// Other characters go without leaving a space: "don't" becomes "dont".
  public static func normalized(_ prompt: String) -> String {
    var result = String.UnicodeScalarView()
    var isAfterSpace = false
    for scalar in prompt.lowercased().unicodeScalars {
      if scalar.properties.isWhitespace {
        isAfterSpace = !result.isEmpty
      } else if isKept(scalar) {
        if isAfterSpace { result.append(" ") }
        isAfterSpace = false
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isKept(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" { return true }
    return switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
