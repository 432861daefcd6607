// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON

/// A task as the section `configs` of lm-eval's results describes it.
enum HarnessConfig {
  static func json(of task: ChoiceTask, exampleCount: Int) -> JSONObject {
    [
      "task": .string(task.harnessName), "task_alias": .string(task.alias),
      "dataset_path": .string(task.source), "unsafe_code": false,
      "description": .string(task.description),
      "target_delimiter": .string(task.targetDelimiter),
      "fewshot_delimiter": .string(task.exampleDelimiter),
      "fewshot_config": [
        "sampler": task.examples == .first ? "first_n" : "default"
      ],
      "num_fewshot": JSON(exampleCount),
      "metric_list": .array(
        task.metrics.map {
          ["metric": .string($0.rawValue), "aggregation": "mean", "higher_is_better": true]
        }),
      "output_type": "multiple_choice", "repeats": 1, "should_decontaminate": false,
      "metadata": ["version": Double(task.version).map { .number($0) } ?? .null],
    ]
  }
}
