// SPDX-License-Identifier: Apache-2.0

import SPINTokenization

extension Tokenizer {
  /// The text that some tokens add to a prompt, without special tokens.
  ///
  /// Decoding the new tokens alone would lose a space at their start with SentencePiece tokenizers,
  /// so the prompt is decoded with them and then removed.
  func continuation(of prompt: [Int32], by tokens: [Int32]) -> String {
    // The end of the prompt is enough, and keeps this cheap.
    let context = Array(prompt.suffix(8))
    let before = decode(context, skipSpecialTokens: true)
    let whole = decode(context + tokens, skipSpecialTokens: true)
    guard whole.utf8.starts(with: before.utf8) else {
      return decode(tokens, skipSpecialTokens: true)
    }
    return String(decoding: Array(whole.utf8.dropFirst(before.utf8.count)), as: UTF8.self)
  }
}

extension String.UnicodeScalarView {
  /// Where a text first begins, scalar by scalar; nil where it does not occur or is empty.
  func firstRange(of text: String) -> Index? {
    let wanted = text.unicodeScalars
    guard !wanted.isEmpty else { return nil }
    return indices.first { self[$0...].starts(with: wanted) }
  }
}
