// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCalibration
import SPINChoices
import SPINErrors
import SPINEvaluation
import SPINJSON
import SPINLikelihood
import SPINTestSupport
import SPINTokenization
import Testing

/// Examples before a question, and the border between prompt and choice.
struct ChoicePromptTests {
  private let rows: [JSONObject] = (0..<6).map {
    ["context": .string("q\($0)"), "choices": ["a\($0)", "b"].json, "gold": 0]
  }

  @Test func descriptionExamplesAndQuestionFollowEachOther() throws {
    var task = ChoiceTask.user(name: "own", hasExamples: true)
    task.description = "Answer.\n\n"
    let data = try ChoiceTaskData(
      task, RecordTable(records: rows), examples: RecordTable(records: rows))
    let prompts = try ChoicePrompt.prompts(data, count: 2, exampleCount: 3, seed: 1234)
    // random.Random(1234).sample(range(6), 3), twice: [3, 0, 4], [0, 4, 5].
    #expect(prompts.count == 2)
    #expect(prompts[0].context == "Answer.\n\nq3 a3\n\nq0 a0\n\nq4 a4\n\nq0")
    #expect(prompts[1].context == "Answer.\n\nq0 a0\n\nq4 a4\n\nq5 a5\n\nq1")
    #expect(prompts[1].continuations == [" a1", " b"])
    let none = try ChoicePrompt.prompts(data, count: 6, exampleCount: 0, seed: 1234)
    #expect(none.map(\.context) == (0..<6).map { "Answer.\n\nq\($0)" })
  }

  /// One more is drawn than asked for, and the item itself is left out.
  @Test func anItemIsNotItsOwnExample() throws {
    let data = try ChoiceTaskData(.user(name: "own"), RecordTable(records: rows))
    let prompts = try ChoicePrompt.prompts(data, count: 6, exampleCount: 2, seed: 1234)
    // random.Random(1234).sample(range(6), 3): [3, 0, 4], [0, 4, 5], [5, 0, 4], [2, 1, 0],
    // [0, 5, 2], [5, 4, 3].
    let drawn = [[3, 4], [0, 4], [5, 0], [2, 1], [0, 5], [4, 3]]
    #expect(
      prompts.map(\.context)
        == drawn.enumerated().map { index, pair in
          "q\(pair[0]) a\(pair[0])\n\nq\(pair[1]) a\(pair[1])\n\nq\(index)"
        })
  }

  /// Three copies of an item: where too many are drawn, others take their place.
  @Test func copiesOfAnItemAreNoExamplesOfIt() throws {
    let copies = [rows[0], rows[0], rows[0], rows[1], rows[2]]
    let data = try ChoiceTaskData(.user(name: "own"), RecordTable(records: copies))
    for seed in 0..<50 {
      let prompts = try ChoicePrompt.prompts(
        data, count: 3, exampleCount: 2, seed: UInt64(seed))
      for prompt in prompts {
        #expect(
          Set(prompt.context.split(separator: "\n\n").dropLast()) == ["q1 a1", "q2 a2"],
          "seed \(seed)")
      }
    }
  }

  @Test func theFirstExamplesAreTakenInOrder() throws {
    let mmlu: [JSONObject] = (0..<3).map {
      ["question": .string("q\($0)"), "choices": ["p", "q", "r", "s"], "answer": JSON($0)]
    }
    let data = try ChoiceTaskData(
      .mmlu(subject: "virology"), RecordTable(records: mmlu), examples: RecordTable(records: mmlu))
    let prompts = try ChoicePrompt.prompts(data, count: 3, exampleCount: 2, seed: 1234)
    let listed = "\nA. p\nB. q\nC. r\nD. s\nAnswer:"
    for (index, prompt) in prompts.enumerated() {
      #expect(
        prompt.context
          == "The following are multiple choice questions (with answers) about virology.\n\n"
          + "q0\(listed) A\n\nq1\(listed) B\n\nq\(index)\(listed)")
    }
  }

  @Test func tooFewExamplesAreSaid() throws {
    func refusal(_ task: ChoiceTask, _ count: Int, examples: Int? = nil) throws -> String {
      try #require(throws: SPINError.self) {
        let data = try ChoiceTaskData(
          task, RecordTable(records: rows),
          examples: examples.map { try RecordTable(records: Array(rows.prefix($0))) })
        return try ChoicePrompt.prompts(data, count: 1, exampleCount: count, seed: 0)
      }.description
    }
    #expect(
      try refusal(.user(name: "own", hasExamples: true), 1)
        == "exampleCount: own takes its examples from a file that is not there; give "
        + "examples, the training split")
    #expect(
      try refusal(.user(name: "own", hasExamples: true), 3, examples: 2)
        == "exampleCount: is 3, own has 2 items to take examples from; choose a smaller number")
    #expect(
      try refusal(.user(name: "own"), 6)
        == "exampleCount: is 6, own has 6 items to take examples from; choose a smaller number")
  }

  // MARK: - Tokens

  @Test func wordsAreNotTornBySentencePiece() throws {
    let encoder = try encoder(Self.sentencePiece)
    // "▁he", then what "▁he▁hello" has beyond it; BOS stands before both.
    let pair = try encoder.encode(context: "he", continuation: " hello")
    #expect(pair.context == [1, 12] && pair.continuation == [14])
    // The space at the end of the context belongs to the next word.
    let moved = try encoder.encode(context: "he ", continuation: "hello")
    #expect(moved.context == [1, 12] && moved.continuation == [14])
    let line = try encoder.encode(context: "he \n", continuation: "hello")
    #expect(line.context == [1, 12] && line.continuation == [5, 3, 10, 13])
    // Together "hello" is one token: what is beyond the two tokens of "▁he" alone is nothing.
    #expect(throws: SPINError.self) { try encoder.encode(context: "he", continuation: "llo") }
  }

  @Test func theBeginningIsNotMarkedTwice() throws {
    let encoder = try encoder(Self.sentencePiece)
    let marked = try encoder.encode(context: "<s>he", continuation: " hello")
    #expect(marked.context.prefix(1) == [1] && marked.context.filter { $0 == 1 }.count == 1)
    // An empty context is BOS; a continuation that begins with it brings its own.
    let empty = try encoder.encode(context: "", continuation: "hello he")
    #expect(empty.context == [1] && empty.continuation == [14, 12])
    let own = try encoder.encode(context: "", continuation: "<s>hello")
    #expect(own.context == [1] && own.continuation.first != 1)
  }

  @Test func bytesHaveNoBeginning() throws {
    let encoder = try encoder(Self.byteLevel)
    let pair = try encoder.encode(context: "ab", continuation: " ab")
    #expect(pair.context == [5] && pair.continuation == [6])
    let moved = try encoder.encode(context: "ab ", continuation: "ab")
    #expect(moved.context == [5] && moved.continuation == [6])
    // "aba" is one token, "ab" alone is one: the continuation loses its letter.
    let error = try #require(throws: SPINError.self) {
      try encoder.encode(context: "ab", continuation: "a")
    }
    #expect(error.description == "the choice \"\": it adds no token to the text before it")
    // Neither BOS nor EOS: nothing can stand before the first token, so it is not predicted.
    let empty = try encoder.encode(context: "", continuation: "ab ab")
    #expect(empty.context == [5] && empty.continuation == [6])
    #expect(throws: SPINError.self) { try encoder.encode(context: " ", continuation: "ab") }
  }

  @Test func longTextsLoseTheirBeginning() throws {
    let encoder = try encoder(Self.byteLevel, positions: 4)
    let text = "ab ab ab ab ab ab"
    let pair = try encoder.encode(context: text, continuation: " ab ab")
    // Five tokens: the last one does not pass through the model.
    #expect(pair.context == [6, 6, 6] && pair.continuation == [6, 6])
    let full = try encoder.encode(context: text, continuation: " ab ab ab ab")
    #expect(full.context == [6] && full.continuation == [6, 6, 6, 6])
    let error = try #require(throws: SPINError.self) {
      try encoder.encode(context: text, continuation: " ab ab ab ab ab")
    }
    #expect(error.description.hasSuffix("has 5 tokens, the model 4"))
  }

  @Test func continuationsShareTheirContextWhereItIsTheSame() throws {
    let encoder = try encoder(Self.byteLevel, positions: 4)
    let parts = try encoder.encode(
      context: "ab ab ab", continuations: [" ab", " ab ab", " ab ab"])
    #expect(parts.map(\.context) == [[5, 6, 6]])
    #expect(parts.flatMap(\.continuations) == [[6], [6, 6], [6, 6]])
    let cut = try encoder.encode(context: "ab ab ab ab", continuations: [" ab", " ab ab"])
    #expect(cut.map(\.context) == [[5, 6, 6, 6], [6, 6, 6]])
  }

  private func encoder(_ text: String, positions: Int = 100) throws -> ContinuationEncoder {
    let directory = try TemporaryDirectory()
    let path = directory.file("tokenizer.json")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return ContinuationEncoder(try Tokenizer(jsonFile: path), positionCount: positions)
  }

  /// As Llama 2: a marker before each word, BOS before a text.
  private static let sentencePiece = """
    {
      "version": "1.0",
      "added_tokens": [
        {"id": 0, "content": "<unk>", "normalized": false, "special": true},
        {"id": 1, "content": "<s>", "normalized": false, "special": true},
        {"id": 2, "content": "</s>", "normalized": false, "special": true}
      ],
      "normalizer": {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
      ]},
      "pre_tokenizer": null,
      "post_processor": {
        "type": "TemplateProcessing",
        "single": [
          {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
        ],
        "special_tokens": {"<s>": {"id": "<s>", "ids": [1]}}
      },
      "decoder": {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}
      ]},
      "model": {
        "type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
        "vocab": {
          "<unk>": 0, "<s>": 1, "</s>": 2, "<0x0A>": 3, "<0xC3>": 4, "▁": 5, "h": 6, "e": 7,
          "l": 8, "o": 9, "he": 10, "ll": 11, "▁he": 12, "llo": 13, "▁hello": 14
        },
        "merges": ["h e", "l l", "▁ he", "ll o", "▁he llo"]
      }
    }
    """

  /// As GPT-2: neither BOS nor EOS.
  private static let byteLevel = """
    {
      "added_tokens": [],
      "normalizer": null,
      "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
      "post_processor": null,
      "decoder": {"type": "ByteLevel"},
      "model": {
        "type": "BPE",
        "vocab": {"a": 0, "b": 1, "Ġ": 2, "ab": 5, "Ġab": 6, "aba": 8},
        "merges": [["a", "b"], ["Ġ", "ab"], ["ab", "a"]]
      }
    }
    """
}

extension [String] {
  fileprivate var json: JSON { .array(map { .string($0) }) }
}
