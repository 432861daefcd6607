// SPDX-License-Identifier: Apache-2.0

import SPINCheckpoint
public import SPINExecution
public import SPINGeneration
public import SPINJSON
import SPINKernels
public import SPINLanguageModel
import SPINTemplates
import SPINTokenization

/// Lets a model answer questions; by default as the paper does, each unchanged and with the most
/// probable token at every step.
///
/// Where tokens are drawn, the draws depend on the question's text: a question gets the same answer
/// whatever else is in its batch, and wherever an interrupted run resumes.
public struct QuestionAnswering: Answerer {
  /// How answers are generated.
  public let options: GenerationOptions
  /// How a question becomes a prompt.
  public let format: PromptFormat
  /// The model's weights, tokenizer and settings, the edit, and its prompts.
  public let identity: JSON
  private let model: LanguageModel
  private let generator: TextGenerator
  private let drafts: [String: Answer]

  /// - Parameters:
  ///   - model: The model, edited or not.
  ///   - modelHash: The hash of its files, as `ModelDirectory.modelHash` gives it.
  ///   - edit: A digest of its edit; nil without.
  ///   - options: How to generate.
  ///   - format: How a question becomes a prompt.
  ///   - execution: The device and memory budget to compute with.
  ///   - batchSize: Answers that are generated in one batch; no answer depends on it.
  ///   - drafts: What a similar model answers to questions, such as the unedited one: where this model answers the same,
  ///     it takes less time. No answer depends on it.
  /// - Throws: `SPINError` where a file of the checkpoint cannot be read.
  public init(
    _ model: LanguageModel, modelHash: String, edit: String?, options: GenerationOptions,
    format: PromptFormat = .raw, on execution: Execution, batchSize: Int,
    drafts: [String: Answer] = [:]
  ) throws {
    self.model = model
    self.drafts = drafts
    self.options = options
    self.format = format
    identity = [
      "model_sha256": .string(modelHash), "settings_sha256": .string(try model.settingsDigest()),
      "arithmetic": .string(execution.arithmetic.name), "edit": JSON(edit), "options": options.json,
      "prompt": format.identity,
    ]
    generator = TextGenerator(model, on: execution, batchSize: batchSize)
  }

  /// Answers questions.
  ///
  /// - Throws: As `TextGenerator.generate` and `PromptFormat.tokens`, and what `onAnswer` throws.
  public func answer(
    _ questions: [String], shouldStop: () -> Bool,
    onAnswer: (_ place: Int, _ answer: Answer) throws -> Void
  ) throws {
    try generator.generate(
      questions.map { try format.tokens(of: $0, model.tokenizer) }, options: options,
      streams: questions.map(Self.stream), drafts: questions.map(draft), shouldStop: shouldStop
    ) { place, text in
      try onAnswer(
        place,
        Answer(
          PythonText.stripped(text.text), tokenCount: text.tokens.count,
          draftedCount: text.draftedCount, isCutOff: text.finish == .length))
    }
  }

  /// The tokens that the answer to a question probably has, with the one that ends it.
  private func draft(of question: String) -> [Int32] {
    guard let answer = drafts[question], answer.missing == nil else { return [] }
    let tokens = model.tokenizer.encode(answer.text, addSpecialTokens: false)
    guard answer.isCutOff == false else { return tokens }
    let end = model.tokenizer.eosID.flatMap { model.endTokens.contains($0) ? $0 : nil }
    return tokens + [end ?? model.endTokens.min()].compactMap(\.self)
  }

  /// The first 64 bits of the question's SHA-256.
  private static func stream(of question: String) -> UInt64 {
    UInt64(FileDigest.sha256(Array(question.utf8)).prefix(16), radix: 16) ?? 0
  }
}
