// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import SPINEvaluation
import SPINExecution
import SPINGeneration
import SPINJSON
import SPINLanguageModel
import SPINStorage
import SPINTemplates
import SPINTestSupport
import SPINTokenization
import Testing

/// Answers depend on model, question and options alone, and the identity names all of them.
struct QuestionAnsweringTests {
  private let model: LanguageModel
  private let questions = ["safe?", "What is it?", "Who are you, and why?", "ab", "safe?"]

  init() throws { model = try JudgeFixture.model() }

  private func answering(
    _ options: GenerationOptions = GenerationOptions(), edit: String? = nil,
    format: PromptFormat = .raw
  ) throws -> QuestionAnswering {
    try QuestionAnswering(
      model, modelHash: "hash", edit: edit, options: options, format: format,
      on: Execution(threads: 2),
      batchSize: 2)
  }

  private func answers(
    _ answering: QuestionAnswering, _ questions: [String]
  ) throws -> [String: String] {
    var found: [String: String] = [:]
    try answering.answer(questions, shouldStop: { false }) { place, answer in
      let old = found.updateValue(answer.text, forKey: questions[place])
      #expect(old == nil || old == answer.text)
    }
    return found
  }

  /// An interrupted run asks what is left: a question's draws must not change with its place.
  @Test func drawnAnswersDoNotDependOnTheOtherQuestions() throws {
    var options = GenerationOptions()
    options.maxNewTokens = 12
    options.sampling = .random(temperature: 20, topP: 1, topK: 0, seed: 3)
    let sampled = try answering(options)
    let expected = try answers(sampled, questions)
    #expect(Set(expected.values).count == 4)
    for count in 1..<questions.count {
      for (question, answer) in try answers(sampled, Array(questions.suffix(count))) {
        #expect(answer == expected[question])
      }
    }
    options.sampling = .random(temperature: 20, topP: 1, topK: 0, seed: 4)
    #expect(try answers(answering(options), questions) != expected)
  }

  @Test func theIdentityNamesWhatDecidesAnAnswer() throws {
    var short = GenerationOptions()
    short.maxNewTokens = 3
    var drawn = GenerationOptions()
    drawn.sampling = .random(temperature: 1, topP: 1, topK: 0, seed: 0)
    let template = try ChatTemplate("{{ messages[0].content }}", name: "t")
    let identities = try [
      answering(), answering(short), answering(drawn), answering(edit: "e"),
      answering(format: .chat(ChatPrompt(template))),
      answering(
        format: .chat(
          ChatPrompt(try ChatTemplate("{{ messages }}", name: "t"), date: .distantPast))),
    ].map { $0.identity.serialized() }
    #expect(Set(identities).count == identities.count)
    #expect(try answering().identity.serialized() == identities[0])
  }

  @Test func aChatTemplateIsEncodedWithoutAnotherBOS() throws {
    let template = try ChatTemplate(
      "{{ bos_token }}[INST] {{ messages[0].content }} [/INST] {{ strftime_now('%d %b %Y') }}",
      name: "t", specialTokens: ["bos_token": "<s>"])
    let format = PromptFormat.chat(ChatPrompt(template))
    let tokens = try format.tokens(of: "Hi", model.tokenizer)
    #expect(tokens.count { $0 == 1 } == 1 && tokens.first == 1)
    #expect(
      tokens
        == model.tokenizer.encode("<s>[INST] Hi [/INST] 26 Jul 2024", addSpecialTokens: false))
    #expect(try PromptFormat.raw.tokens(of: "Hi", model.tokenizer) == model.tokenizer.encode("Hi"))
    #expect(format.name == "chat" && PromptFormat.raw.name == "raw")
  }

  @Test func aModelWithoutTemplateIsSaid() throws {
    do {
      _ = try PromptFormat.chat(of: model)
      Issue.record("nothing was thrown")
    } catch {
      #expect(
        "\(error)"
          == "\(JudgeFixture.path): has no chat template; "
          + "give the texts unchanged: prompts.choice: .raw")
    }
  }

  /// What the hash of the weights does not cover is covered by another.
  @Test func settingsAreTheFilesBesideTheWeights() throws {
    let directory = try TemporaryDirectory()
    for name in try FileManager.default.contentsOfDirectory(atPath: JudgeFixture.path) {
      try FileManager.default.copyItem(
        atPath: JudgeFixture.path + "/" + name, toPath: directory.file(name))
    }
    let copy = try LanguageModel(path: directory.path)
    #expect(try copy.settingsDigest() == model.settingsDigest())
    try OutputFile.write(
      Array(#"{"eos_token_id": 5}"#.utf8), to: directory.file("generation_config.json"))
    #expect(try copy.settingsDigest() != model.settingsDigest())
  }
}
