// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SPINGeneration
import SPINTokenization

/// Lets a model answer questions as the paper does: each as it stands, without a template, the most
/// probable token at every step.
public struct QuestionAnswering {
  /// How answers are generated.
  public let options: GenerationOptions
  private let model: LanguageModel
  private let generator: TextGenerator

  /// - Parameters:
  ///   - model: The model; an edit that lies over its weights takes part.
  ///   - options: How to generate.
  ///   - threads: Threads that compute; no answer depends on it.
  ///   - batchSize: Answers that grow together; no answer depends on it.
  public init(
    _ model: LanguageModel, options: GenerationOptions, threads: Int, batchSize: Int
  ) {
    self.model = model
    self.options = options
    generator = TextGenerator(model, threads: threads, batchSize: batchSize)
  }

  /// The answers to questions, without whitespace around them, in order.
  ///
  /// - Parameters:
  ///   - questions: The questions.
  ///   - journal: Holds what is done already, and takes what gets done.
  ///   - shouldStop: Asked before each step.
  ///   - onAnswer: Told of each answer that is generated now.
  /// - Throws: As `TextGenerator` and the journal.
  public func answers(
    to questions: [String], journal: AnswerJournal? = nil, shouldStop: () -> Bool = { false },
    onAnswer: (GeneratedText) -> Void = { _ in }
  ) throws -> [String] {
    var answers = journal?.answers ?? [:]
    let open = questions.indices.filter { answers[$0] == nil }
    do {
      try generator.generate(
        open.map { model.tokenizer.encode(questions[$0]) }, options: options,
        shouldStop: shouldStop
      ) { place, text in
        let answer = text.text.trimmingCharacters(in: .whitespacesAndNewlines)
        answers[open[place]] = answer
        try journal?.record(answer, at: open[place])
        onAnswer(text)
      }
    } catch {
      try journal?.synchronize()
      throw error
    }
    try journal?.synchronize()
    return questions.indices.map { answers[$0] ?? "" }
  }
}
