// SPDX-License-Identifier: Apache-2.0

/// The words of a text, as phrases are looked for in them: in lower case, without punctuation and
/// whitespace, and with contractions written out ("can't" and "cannot" as "can not").
struct FoldedWords: Equatable {
  /// The words.
  let words: [String]
  /// Where each word begins among the scalars of the text in lower case.
  let offsets: [Int]
  /// The scalars of the text in lower case.
  let scalars: [Unicode.Scalar]

  /// Splits a text.
  init(_ text: String) {
    scalars = Array(text.lowercased().unicodeScalars)
    var words: [String] = []
    var offsets: [Int] = []
    var word = String.UnicodeScalarView()
    var start = 0
    for (offset, scalar) in scalars.enumerated() {
      if Self.isLetter(scalar) {
        if word.isEmpty { start = offset }
        word.append(scalar)
      } else if Self.isApostrophe(scalar), !word.isEmpty, offset + 1 < scalars.count,
        Self.isLetter(scalars[offset + 1])
      {
        word.append("'")
      } else if !word.isEmpty {
        Self.add(String(word), at: start, &words, &offsets)
        word = .init()
      }
    }
    if !word.isEmpty { Self.add(String(word), at: start, &words, &offsets) }
    self.words = words
    self.offsets = offsets
  }

  /// Where a phrase occurs: the index of its first word; nil where it does not.
  ///
  /// The last word may be inflected: "respect" is found in "respectful", not in "respectively".
  func firstIndex(of phrase: [String], from start: Int = 0) -> Int? {
    guard let last = phrase.last, words.count - start >= phrase.count else { return nil }
    return (start...(words.count - phrase.count)).first { index in
      words[index..<(index + phrase.count - 1)].elementsEqual(phrase.dropLast())
        && Self.isInflection(words[index + phrase.count - 1], of: last)
    }
  }

  /// Whether a question holds a phrase, whatever the inflection of its words and without articles,
  /// pronouns and forms of "to be": "is important to" is in "Why are these important to me?".
  ///
  /// - Parameter phrase: The words of the phrase.
  func mentions(_ phrase: [String]) -> Bool {
    let wanted = Self.content(phrase)
    let content = Self.content(words)
    guard !wanted.isEmpty, content.count >= wanted.count else { return false }
    return (0...(content.count - wanted.count)).contains {
      content[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }

  private static func content(_ words: [String]) -> [String] {
    words.filter { !functionWords.contains($0) }.map(stem)
  }

  private static let functionWords: Set<String> = [
    "a", "an", "the", "is", "are", "be", "am", "was", "were", "i", "it", "to", "of", "as", "that",
    "this", "these", "those", "just",
  ]

  /// A word without the endings of simple inflection.
  static func stem(_ word: String) -> String {
    var stem = word
    if stem.hasSuffix("'s") { stem.removeLast(2) }
    for ending in ["fully", "ful", "ing", "ed", "ly", "es", "s"]
    where stem.hasSuffix(ending) && stem.count - ending.count >= 4 && !stem.hasSuffix("ss") {
      stem.removeLast(ending.count)
      break
    }
    return stem.count > 4 && stem.hasSuffix("e") ? String(stem.dropLast()) : stem
  }

  private static let endings: Set<String> = ["", "s", "es", "d", "ed", "ing", "ly", "ful", "fully"]

  private static func isInflection(_ word: String, of other: String) -> Bool {
    word.hasPrefix(other)
      && (word == other
        || other.count > 4 && endings.contains(String(word.dropFirst(other.count))))
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || scalar.properties.generalCategory == .nonspacingMark
  }

  /// The apostrophes of typewriters, of typography, and two letters that look like them.
  private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
    ["'", "\u{2019}", "\u{2BC}", "\u{FF07}"].contains(scalar)
  }

  private static let whole = [
    "cannot": ["can", "not"], "can't": ["can", "not"], "won't": ["will", "not"],
    "shan't": ["shall", "not"],
  ]
  private static let contractions = [
    ("n't", "not"), ("'m", "am"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"),
  ]

  private static func add(
    _ word: String, at offset: Int, _ words: inout [String], _ offsets: inout [Int]
  ) {
    let parts = expanded(word)
    words += parts
    offsets += parts.map { _ in offset }
  }

  private static func expanded(_ word: String) -> [String] {
    if let words = whole[word] { return words }
    guard word.contains("'") else { return [word] }
    for (ending, other) in contractions
    where word.hasSuffix(ending) && word.count > ending.count {
      return [String(word.dropLast(ending.count)), other]
    }
    for start in ["it", "that", "here", "there", "what"] where word == start + "'s" {
      return [start, "is"]
    }
    return [word]
  }
}
