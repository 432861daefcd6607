// SPDX-License-Identifier: Apache-2.0

package import SPINLanguageModel

extension TextEvaluation {
  /// The windows that a model will be measured on, and their tokens.
  ///
  /// - Throws: `SPINError` where the text has none, or the window does not fit the model.
  package func plannedWindows(of model: LanguageModel) throws -> (count: Int, size: Int) {
    let windows = try TextWindows(model, text: text, window: window, part: part, limit: limit)
    return (windows.tokens.count, windows.size)
  }
}
