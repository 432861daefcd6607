// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SPINGeneration
public import SPINJSON
import SPINTokenization

/// Lets a model answer questions as the paper does: each as it stands, without a template, the most
/// probable token at every step.
public struct QuestionAnswering: Answerer {
  /// How answers are generated.
  public let options: GenerationOptions
  /// The model's hash, the edit and the options.
  public let identity: JSON
  private let model: LanguageModel
  private let generator: TextGenerator

  /// - Parameters:
  ///   - model: The model; an edit that lies over its weights takes part.
  ///   - modelHash: The hash of its files, as `ModelDirectory.modelHash` gives it.
  ///   - edit: A digest of the edit that lies over the weights when it answers; nil without.
  ///   - options: How to generate.
  ///   - threads: Threads that compute; no answer depends on it.
  ///   - batchSize: Answers that grow together; no answer depends on it.
  public init(
    _ model: LanguageModel, modelHash: String, edit: String?, options: GenerationOptions,
    threads: Int, batchSize: Int
  ) {
    self.model = model
    self.options = options
    identity = [
      "model_sha256": .string(modelHash), "edit": JSON(edit), "options": .string("\(options)"),
    ]
    generator = TextGenerator(model, threads: threads, batchSize: batchSize)
  }

  /// Answers questions.
  ///
  /// - Throws: As `TextGenerator.generate`, and what `onAnswer` throws.
  public func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: String, _ tokenCount: Int) throws -> Void
  ) throws {
    try generator.generate(
      questions.map { model.tokenizer.encode($0) }, options: options, shouldStop: shouldStop
    ) { place, text in
      try onAnswer(
        place, text.text.trimmingCharacters(in: .whitespacesAndNewlines), text.tokens.count)
    }
  }
}
