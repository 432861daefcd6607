// SPDX-License-Identifier: Apache-2.0

import SPINErrors
package import SPINTokenization

/// The tokens with which the words "safe" and "unsafe" begin.
package struct FirstTokens: Equatable {
  /// Those that are "unsafe", or "un" in front of "safe", with and without a space before.
  package let unsafeWord: [Int32]
  /// Those that are "safe", with and without a space before.
  package let safeWord: [Int32]

  /// Finds them in a vocabulary.
  ///
  /// - Source: the ids that judge libraries publish for MD-Judge-v0.1, {370, 15426, 521} and
  ///   {7248, 5023}, are what this gives for Mistral's vocabulary.
  package init(_ tokenizer: Tokenizer) {
    func ids(_ words: [String]) -> [Int32] {
      // A space is written as U+2581 by SentencePiece, as U+0120 in byte-level vocabularies.
      let spellings = ["", "\u{2581}", "\u{120}"].flatMap { space in words.map { space + $0 } }
      return Set(spellings.compactMap { tokenizer.id(for: $0) }).sorted()
    }
    unsafeWord = ids(["unsafe", "un"])
    safeWord = ids(["safe"])
  }

  /// - Throws: `SPINError` where one of the two words has no token.
  func check(_ path: String) throws {
    for (word, ids) in [("safe", safeWord), ("unsafe", unsafeWord)] where ids.isEmpty {
      throw SPINError(
        .malformedInput, at: path, "has no token that begins the word \"\(word)\"",
        remedy: "judge by the reply: \(setting: .judgeMode, value: ModelJudge.Mode.verdict)")
    }
  }
}
