// SPDX-License-Identifier: Apache-2.0

/// A text in which a model thought before it said something, between `<think>` and `</think>`.
///
/// Templates may write the opening mark into the prompt, so that only the closing one is in the text;
/// a model that was cut off writes none. A mark in the middle of what is said is text.
struct ThoughtfulText: Equatable {
  /// What the model said after it had thought.
  let text: String
  /// Whether the text contains reasoning.
  let hasThought: Bool

  private static let marks = [("<think>", "</think>"), ("<thinking>", "</thinking>")]

  init(_ whole: String) {
    for (opening, closing) in Self.marks {
      let start = whole.drop { $0.isWhitespace }
      let isOpened = start.hasPrefix(opening)
      if let end = whole.ranges(of: closing).last {
        let before = whole[..<end.lowerBound]
        guard isOpened || !before.contains(opening) else { continue }
        text = String(whole[end.upperBound...])
        hasThought = !before.replacing(opening, with: "").allSatisfy(\.isWhitespace)
        return
      }
      if isOpened {
        (text, hasThought) = ("", true)
        return
      }
    }
    (text, hasThought) = (whole, false)
  }
}
