// SPDX-License-Identifier: Apache-2.0

/// A text that may begin with a model's reasoning, between `<think>` and `</think>`.
///
/// A template may write the opening tag into the prompt, so that the text has only the closing one;
/// a model that was cut off writes none. A tag in the middle of the answer is text.
struct ThoughtfulText: Equatable {
  /// The text after the reasoning.
  let text: String
  /// Whether there is reasoning before it.
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
