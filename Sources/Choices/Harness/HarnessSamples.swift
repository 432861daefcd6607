// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
package import SPINJSON

/// The items of a task as lm-eval writes them to `samples_TASK_DATE.jsonl`.
package struct HarnessSamples {
  /// One object an item.
  package let lines: [JSONObject]
  /// The hash over the hashes of all items.
  package let taskHash: String

  package init(_ result: ChoiceTaskResult) {
    var hashes = ""
    var lines: [JSONObject] = []
    for (outcome, prompt) in zip(result.outcomes, result.prompts) {
      let documentHash = prompt.item.documentHash
      let promptHash = PythonJSON.hash(prompt.context)
      let targetHash = PythonJSON.hash(prompt.item.target)
      hashes += documentHash + promptHash + targetHash
      var arguments = JSONObject()
      for (place, continuation) in prompt.continuations.enumerated() {
        arguments["gen_args_\(place)"] = [
          "arg_0": .string(prompt.context), "arg_1": .string(continuation),
        ]
      }
      // Numbers as the texts that Python makes of them.
      let responses = zip(outcome.logLikelihoods, outcome.isGreedy).map { likelihood, isGreedy in
        JSON.array([.string(likelihood.description), .string(isGreedy ? "True" : "False")])
      }
      var line: JSONObject = [
        "doc_id": JSON(outcome.index), "doc": .object(prompt.item.document),
        "target": .string(prompt.item.target), "arguments": .object(arguments),
        "resps": .array(responses.map { .array([$0]) }), "filtered_resps": .array(responses),
        "filter": "none",
        "metrics": .array(result.data.task.metrics.map { .string($0.rawValue) }),
        "doc_hash": .string(documentHash), "prompt_hash": .string(promptHash),
        "target_hash": .string(targetHash),
      ]
      for metric in result.data.task.metrics {
        line[metric.rawValue] = .number(outcome.isRight(by: metric) ? 1 : 0)
      }
      lines.append(line)
    }
    self.lines = lines
    taskHash = PythonJSON.hash(hashes)
  }
}
