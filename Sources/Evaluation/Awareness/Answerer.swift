// SPDX-License-Identifier: Apache-2.0

public import SPINJSON

/// Answers questions: a model here, or one behind an endpoint.
public protocol Answerer {
  /// Everything that decides its answers: the model, an edit of it, how it generates.
  var identity: JSON { get }

  /// Answers questions.
  ///
  /// - Parameters:
  ///   - questions: The questions. An answer does not depend on the other questions.
  ///   - shouldStop: Asked now and then; true ends the work with an error of code `interrupted`.
  ///   - onAnswer: Told of each answer once, in any order, on the calling thread: the place of its
  ///     question, the text without whitespace around it, and its tokens, 0 where nobody counts them.
  /// - Throws: What keeps it from answering, and what `onAnswer` throws.
  func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: String, _ tokenCount: Int) throws -> Void
  ) throws
}
