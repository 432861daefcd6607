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
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - onAnswer: Called with each answer once, in any order, on the calling thread, with the index of its
  ///     question.
  /// - Throws: What prevents it from answering, and what `onAnswer` throws. What is wrong with one
  ///   question is a missing answer, not an error.
  func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: Answer) throws -> Void
  ) throws
}
