// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINLanguageModel

/// The windows into which a text is cut for a model: plans ask for them often, and the text is tokenized for them.
struct TextWindowCount: Sendable {
  /// How many windows, and the tokens of each.
  let count, size: Int

  /// - Throws: `SPINError` where the text has none, or the window does not fit the model.
  init(_ text: TextEvaluation, of model: LanguageModel) throws {
    (count, size) = try text.plannedWindows(of: model)
  }

  /// "8 windows of 128 tokens".
  var text: String { "\(count.counted("window")) of \(size.counted("token"))" }
  /// The tokens of all windows.
  var tokenCount: Double { Double(count * size) }
}
