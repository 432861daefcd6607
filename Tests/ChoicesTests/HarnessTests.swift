// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINChoices
import SPINEvaluation
import SPINJSON
import Testing

/// The table and files of lm-eval, against what lm-eval 0.4.13 prints and names.
struct HarnessTests {
  @Test func tablesAreThoseOfTheHarness() throws {
    let results = ChoicesResult(
      tasks: [
        try result(.hellaSwag, [true, true, true, true], normalized: [true, false, false, false]),
        try result(.gpqa, [true, false, false], normalized: [true, true, true]),
      ], groups: [])
    #expect(
      HarnessTable(results, exampleCount: 5).text == """
        |      Tasks       |Version|Filter|n-shot| Metric |   |Value |   |Stderr|
        |------------------|------:|------|-----:|--------|---|-----:|---|-----:|
        |gpqa_main_zeroshot|    2.2|none  |     0|acc     |↑  |0.3333|±  |0.3333|
        |                  |       |none  |     0|acc_norm|↑  |1.0000|±  |0.0000|
        |hellaswag         |    1.0|none  |     5|acc     |↑  |1.0000|±  |0.0000|
        |                  |       |none  |     5|acc_norm|↑  |0.2500|±  |0.2500|

        """)
  }

  @Test func groupsStandAboveTheirTasks() throws {
    let results = ChoicesResult(
      tasks: [
        try result(.boolQ, [true, false]),
        try result(.mmlu(subject: "anatomy"), [true, false]),
        try result(.mmlu(subject: "virology"), [true, true]),
      ], groups: MMLUData.groups(["anatomy", "virology"]))
    #expect(
      HarnessTable(results, exampleCount: 0).text == """
        |   Tasks    |Version|Filter|n-shot|Metric|   |Value|   |Stderr|
        |------------|------:|------|-----:|------|---|----:|---|-----:|
        |mmlu        |      2|none  |      |acc   |   | 0.75|±  |  0.25|
        | - other    |      2|none  |     0|acc   |↑  | 1.00|±  |  0.00|
        |  - virology|      1|none  |     0|acc   |↑  | 1.00|±  |  0.00|
        | - stem     |      2|none  |     0|acc   |↑  | 0.50|±  |  0.50|
        |  - anatomy |      1|none  |     0|acc   |↑  | 0.50|±  |  0.50|
        |boolq       |      2|none  |     0|acc   |↑  | 0.50|±  |  0.50|

        """)
    #expect(
      HarnessTable(results, exampleCount: 0, onlyGroups: true).text == """
        | Groups |Version|Filter|n-shot|Metric|   |Value|   |Stderr|
        |--------|------:|------|-----:|------|---|----:|---|-----:|
        |mmlu    |      2|none  |      |acc   |   | 0.75|±  |  0.25|
        | - other|      2|none  |     0|acc   |↑  | 1.00|±  |  0.00|
        | - stem |      2|none  |     0|acc   |↑  | 0.50|±  |  0.50|

        """)
  }

  @Test func oneItemHasNoStandardError() throws {
    let results = ChoicesResult(tasks: [try result(.boolQ, [true])], groups: [])
    #expect(
      HarnessTable(results, exampleCount: 0).text == """
        |Tasks|Version|Filter|n-shot|Metric|   |Value|   |Stderr|
        |-----|------:|------|-----:|------|---|----:|---|------|
        |boolq|      2|none  |     0|acc   |↑  |    1|±  |   N/A|

        """)
  }

  @Test func samplesHaveTheFieldsOfTheHarness() throws {
    let data = try ChoiceTaskData(
      .user(name: "own"),
      RecordTable(records: [["context": "q", "choices": ["a", "b"], "gold": 1]]))
    let prompts = try ChoicePrompt.prompts(data, count: 1, exampleCount: 0, seed: 0)
    let outcome = ChoiceOutcome(
      index: 0, item: data.items[0], logLikelihoods: [-1.5, -12], isGreedy: [true, false])
    let samples = HarnessSamples(
      ChoiceTaskResult(data: data, prompts: prompts, outcomes: [outcome]))
    let line = samples.lines[0]
    #expect(
      line.keys == [
        "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
        "doc_hash", "prompt_hash", "target_hash", "acc", "acc_norm",
      ])
    #expect(
      line["arguments"] == [
        "gen_args_0": ["arg_0": "q", "arg_1": " a"], "gen_args_1": ["arg_0": "q", "arg_1": " b"],
      ])
    #expect(line["resps"] == [[["-1.5", "True"]], [["-12.0", "False"]]])
    #expect(line["filtered_resps"] == [["-1.5", "True"], ["-12.0", "False"]])
    #expect(line["acc"] == 0.0 && line["acc_norm"] == 0.0 && line["target"] == "1")
    let (document, prompt, target) = (
      "4c1a76a9f3e844ccb221190542e9dcf7d19497da7bfde176161299b6c2dc4e15",
      "8e35c2cd3bf6641bdb0e2050b76932cbb2e6034a0ddacc1d9bea82a6ba57f7cf",
      "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    )
    // printf of json.dumps(doc, indent=2, ensure_ascii=False), of q and of 1, through sha256sum.
    #expect(line["doc_hash"] == .string(document))
    #expect(line["prompt_hash"] == .string(prompt))
    #expect(line["target_hash"] == .string(target))
    #expect(samples.taskHash == PythonJSON.hash(document + prompt + target))
  }

  @Test func namesAreThoseOfTheHarness() {
    #expect(HarnessResults.sanitized("org/model:1") == "org__model__1")
    #expect(HarnessResults.sanitized("a//b[c]") == "a__b__c__")
    #expect(HarnessResults.date(1_795_570_200.25) == "2026-11-25T01-30-00.250000")
  }

  private func result(
    _ task: ChoiceTask, _ right: [Bool], normalized: [Bool]? = nil
  ) throws -> ChoiceTaskResult {
    // Right by one metric only: the longer choice wins per character, or the shorter as it stands.
    let pairs = Array(zip(right, normalized ?? right))
    let items = pairs.map { pair in
      ChoiceItem(
        document: [:], question: "q", choices: pair.0 ? ["b", "aa"] : ["aa", "b"], gold: 0)
    }
    let data = try ChoiceTaskData(
      task.replacingItems(with: items), RecordTable(records: [["x": 1]]))
    let outcomes = pairs.enumerated().map { index, pair in
      let likelihoods: [Double] =
        switch pair {
        case (true, true): [-1, -3]
        case (true, false): [-1, -1.5]
        case (false, true): [-1.5, -1]
        case (false, false): [-3, -1]
        }
      return ChoiceOutcome(
        index: index, item: items[index], logLikelihoods: likelihoods, isGreedy: [false, false])
    }
    return ChoiceTaskResult(data: data, prompts: [], outcomes: outcomes)
  }
}

extension ChoiceTask {
  /// The same task with given items, whatever its file holds.
  fileprivate func replacingItems(with items: [ChoiceItem]) -> ChoiceTask {
    var task = ChoiceTask(
      name: name, harnessName: harnessName, version: version, metrics: metrics, examples: examples,
      source: source, columns: columns
    ) { _ in (items, []) }
    task.alias = alias
    return task
  }
}
