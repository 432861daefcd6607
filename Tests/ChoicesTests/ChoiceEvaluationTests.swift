// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINChoices
import SPINErrors
import SPINEvaluation
import SPINExecution
import SPINJSON
import SPINKernels
import SPINLanguageModel
import SPINStorage
import SPINTestSupport
import SPINTokenization
import SPINTransformer
import Testing

/// Whole evaluations of the demo's model.
struct ChoiceEvaluationTests {
  private static let modelPath = URL(filePath: Fixture.root).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/DemoModel").path(percentEncoded: false)

  @Test func likelihoodsAreThoseOfTheLogits() throws {
    let model = try LanguageModel(path: Self.modelPath)
    let results = try evaluation().measure(model, on: Execution(threads: 2))
    let device = CPUDevice(threadCount: 1)
    for result in results.tasks {
      for (outcome, prompt) in zip(result.outcomes, result.prompts) {
        for (place, continuation) in prompt.continuations.enumerated() {
          // Naive: the whole text in one piece, its logarithms one after the other.
          let tokens = model.tokenizer.encode(prompt.context + continuation)
          let start = model.tokenizer.encode(prompt.context).count
          let logits = model.decoder.logits(of: tokens, on: device)
          var sum = 0.0
          for position in start..<tokens.count {
            let row = logits.rows(position - 1..<position).values.map { Double($0) }
            let largest = row.max() ?? 0
            let total = row.reduce(0) { $0 + exp($1 - largest) }
            sum += row[Int(tokens[position])] - largest - log(total)
          }
          // The same logits; the kernel's exponentials are Float32, 6e-8 each.
          #expect(abs(outcome.logLikelihoods[place] - sum) < 1e-7 * max(1, abs(sum)))
        }
      }
    }
  }

  @Test func nothingDependsOnThreadsChunksOrCompany() throws {
    let model = try LanguageModel(path: Self.modelPath)
    let expected = try evaluation().measure(model, on: Execution(threads: 1), chunkTokens: 1)
    for (threads, chunk) in [(1, 64), (2, 1024), (3, 17)] {
      let found = try evaluation().measure(
        model, on: Execution(threads: threads), chunkTokens: chunk)
      #expect(found.tasks.map(\.outcomes) == expected.tasks.map(\.outcomes))
    }
    let alone = try ChoiceEvaluation([try Self.sets()[1]], options: .init(exampleCount: 1))
    #expect(
      try alone.measure(model, on: Execution(threads: 2)).tasks[0].outcomes
        == expected.tasks[1].outcomes)
  }

  @Test func whatIsInTheJournalIsNotAskedAgain() throws {
    let model = try LanguageModel(path: Self.modelPath)
    let directory = try TemporaryDirectory()
    let evaluation = try evaluation()
    let expected = try evaluation.measure(model, on: Execution(threads: 1))
    let total = expected.tasks.reduce(0) { $0 + $1.outcomes.count }
    let path = directory.file("journal")
    // Stopped after some items: what was done is there.
    var answered = 0
    #expect(throws: SPINError.self) {
      try evaluation.measure(
        model, journal: try journal(path), on: Execution(threads: 1), chunkTokens: 1,
        shouldStop: { answered >= 5 }, report: { if case .asked = $0 { answered += 1 } })
    }
    #expect(answered == 5)
    // Killed: a last line that is torn.
    let bytes = try FileSystem.read(path)
    try OutputFile.write(Array(bytes.dropLast(9)), to: path)
    var asked = 0
    let resumed = try evaluation.measure(
      model, journal: try journal(path), on: Execution(threads: 2),
      report: { if case .asked = $0 { asked += 1 } })
    #expect(asked == total - 4)
    #expect(resumed.tasks.map(\.outcomes) == expected.tasks.map(\.outcomes))
    // Fewer items are all there; the time of the beginning is that of the same prompts.
    let fewer = try ChoiceEvaluation(
      Self.sets(), options: .init(exampleCount: 1, limit: .items(2)))
    asked = 0
    _ = try fewer.measure(
      model, journal: try journal(path), on: Execution(threads: 1),
      report: { if case .asked = $0 { asked += 1 } })
    #expect(asked == 0)
    let start = try journal(path).start(of: evaluation)
    #expect(try journal(path).start(of: evaluation) == start)
    #expect(try journal(path).start(of: fewer) != start)
    let error = try #require(throws: SPINError.self) {
      try ChoiceJournal(path: path, modelHash: "m", edit: "e")
    }
    #expect(error.description.contains("belongs to choices of another model, edit"))
  }

  @Test func filesAreThoseOfTheHarness() throws {
    let model = try LanguageModel(path: Self.modelPath)
    let directory = try TemporaryDirectory()
    let subject = ChoiceSubject(side: .after, name: "demo", modelHash: "m", edit: "e")
    let (results, file) = try evaluation().measure(
      model, as: subject, in: directory.path, tool: "spin 0", on: Execution(threads: 2))
    #expect(file.wholeMatch(of: /demo-patched\/results_[-0-9T.]+\.json/) != nil)
    let path = directory.file(file)
    let document = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    // The keys of lm-eval 0.4.13 for a model that has a tokenizer.
    #expect(
      Set(document.keys) == [
        "results", "group_subtasks", "configs", "versions", "n-shot", "higher_is_better",
        "n-samples", "config", "git_hash", "date", "pretty_env_info", "transformers_version",
        "lm_eval_version", "upper_git_hash", "tokenizer_eos_token", "tokenizer_bos_token",
        "eot_token_id", "max_length", "task_hashes", "model_source", "model_name",
        "model_name_sanitized", "system_instruction", "system_instruction_sha",
        "fewshot_as_multiturn", "chat_template", "chat_template_sha",
        "total_evaluation_time_seconds",
      ])
    let row = try document.required("results", as: JSONObject.self)["boolq"]?.object
    #expect(row?["acc,none"] == .number(results.tasks[1].score(.accuracy).value))
    let name = try #require(path.split(separator: "results_").last)
    let samples = directory.file("demo-patched/samples_boolq_\(name.dropLast(5)).jsonl")
    #expect(try FileSystem.read(samples).split(separator: UInt8(ascii: "\n")).count == 6)
  }

  @Test func itemsThatCannotBeAskedAreNamed() throws {
    let model = try LanguageModel(path: Self.modelPath)
    let positions = model.decoder.configuration.maxPositionEmbeddings
    let long = String(repeating: "word ", count: positions + 1)
    let data = try ChoiceTaskData(
      .user(name: "own"),
      RecordTable(records: [["context": "q", "choices": ["a", .string(long)], "gold": 0]]))
    let evaluation = try ChoiceEvaluation([ChoiceTaskSet(tasks: [data])])
    let error = try #require(throws: SPINError.self) {
      try evaluation.measure(model, on: Execution(threads: 1))
    }
    #expect(error.description.contains("/data.jsonl: line 1: the choice \""), "\(error)")
    #expect(error.description.hasSuffix(", the model \(positions)"))
    let twice = try #require(throws: SPINError.self) {
      try ChoiceEvaluation([ChoiceTaskSet(tasks: [data, data])])
    }
    #expect(twice.description.hasPrefix("tasks: \"own\" is requested twice"))
  }

  private func evaluation() throws -> ChoiceEvaluation {
    try ChoiceEvaluation(Self.sets(), options: .init(exampleCount: 1))
  }

  private func journal(_ path: String) throws -> ChoiceJournal {
    try ChoiceJournal(path: path, modelHash: "m", edit: nil)
  }

  /// Two tasks of six items; one whose choices are single words, and one whose are longer.
  private static func sets() throws -> [ChoiceTaskSet] {
    let words = ["the", "private", "fair", "name", "address", "people", "group"]
    func text(_ seed: Int, _ count: Int) -> String {
      (0..<count).map { words[(seed * 5 + $0 * $0 + 3 * $0) % words.count] }.joined(separator: " ")
    }
    let own = (0..<6).map { index -> JSONObject in
      [
        "context": .string(text(index, 4 + index)),
        "choices": [.string(text(index + 1, 3)), .string(text(index + 2, 1 + index)), "no"],
        "gold": JSON(index % 3),
      ]
    }
    let boolQ = (0..<6).map { index -> JSONObject in
      [
        "passage": .string(text(index, 9)), "question": .string(text(index + 3, 4)),
        "label": JSON(index % 2),
      ]
    }
    return [
      ChoiceTaskSet(tasks: [
        try ChoiceTaskData(.user(name: "own"), RecordTable(records: own))
      ]),
      ChoiceTaskSet(tasks: [
        try ChoiceTaskData(
          .boolQ, RecordTable(records: boolQ), examples: RecordTable(records: boolQ))
      ]),
    ]
  }
}
