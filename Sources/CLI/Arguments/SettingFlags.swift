// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// By which flag a setting of the library is typed.
///
/// Messages of the library mention properties; this is the one place where they become flags. A test finds what is
/// missing here, and what no command has.
enum SettingFlags {
  /// What is typed for a property or parameter, by the type to which it belongs.
  static let table: [String: [String: String]] = [
    "AdapterConfiguration": [
      "rank": "--lora-r", "alpha": "--lora-alpha", "dropout": "--lora-dropout",
      "targets": "--target-modules",
    ],
    "AnswerFolder.frequencies": ["phrases": "--phrases"],
    "CalibrationOptions": [
      "sampleCount": "--nsamples", "seed": "--seed",
      "firstResponseToken": "--first-response-token", "overflow": "--overflow",
    ],
    "ChatTemplate.render": ["variables": "--template-variable"],
    "ChoiceCatalog.load": ["data": "--task-data", "examples": "--fewshot-data"],
    "ChoiceEvaluation.Options": ["exampleCount": "--num-fewshot", "limit": "--task-limit"],
    "ComparisonRequest": [
      "methods": "--methods", "seeds": "--seeds", "sampleCounts": "--nsamples",
      "trainingData": "--train", "scores": "--scores",
    ],
    "CompletionRequest.Sampling": [
      "tokenField": "--judge-token-field or --answers-token-field",
      "temperature: nil": "--judge-temperature none, or --answers-extra temperature=null",
    ],
    "EndpointKey.read": ["variable": "--api-key-env"],
    "EvaluationRequest": [
      "questions": "--questions", "questionColumn": "--question-column", "text": "--text",
      "window": "--window", "textLimit": "--text-limit", "tasks": "--task",
      "couplingCount": "--coupling-pairs", "prompts.choice": "--prompt-format",
      "prompts.system": "--system", "prompts.variables": "--template-variable",
    ],
    "Execution": ["maxMemory": "--max-memory", "scratchDirectory": "--scratch"],
    "GenerationOptions": ["maxNewTokens": "--max-new-tokens", "stopStrings": "--stop"],
    "ModelCard": ["baseModel": "--base-model"],
    "ModelEdit": ["patch": "--patch", "ModelEdit(adapter)": "--adapter"],
    "ModelImport": ["elementType": "--dtype"],
    "ModelJudge": [
      "ModelJudge": "--judge", "mode": "--judge-mode", "parser": "--judge-parser",
      "template": "--judge-template", "maxTokens": "--judge-max-tokens",
    ],
    "Patch.apply": ["out": "--out"],
    "Patch.make": ["scale": "--scale"],
    "PipelineRun": ["allowsEmpty": "--allow-empty"],
    "PipelineRun.run": ["directory": "--out", "restart": "--restart"],
    "Sampling": [
      "temperature": "--temperature", "topP": "--top-p", "topK": "--top-k",
      "seed": "--sampling-seed",
    ],
    "ScoringRequest": [
      "data": "--data", "target": "--target-module", "keep": "--keep",
      "columns.prompt": "--prompt-column", "columns.response": "--response-column",
      "prompts.choice": "--prompt-format", "prompts.system": "--system",
      "prompts.variables": "--template-variable",
    ],
    "Selection": [
      "pair": "--pair", "general": "--general", "pairAmount": "--q", "generalAmount": "--p",
      "layers": "--layers", "targetModule": "--target-module", "scale": "--scale",
    ],
    "Selection.Amount": [".count": "--count"],
    "ServedModel": ["route": "--judge-route"],
    "TextList": ["column": "--question-column"],
    "TrainingOptions": [
      "learningRate": "--learning-rate", "epochCount": "--num-train-epochs",
      "maxSteps": "--max-steps", "batchSize": "--per-device-train-batch-size",
      "accumulationSteps": "--gradient-accumulation-steps", "weightDecay": "--weight-decay",
      "beta1": "--adam-beta1", "beta2": "--adam-beta2", "epsilon": "--adam-epsilon",
      "maxGradientNorm": "--max-grad-norm", "warmupSteps": "--warmup-steps",
      "warmupRatio": "--warmup-ratio", "evaluationSplit": "--eval-split",
      "evaluationSteps": "--eval-steps", "earlyStoppingPatience": "--early-stopping-patience",
      "saveSteps": "--save-steps", "loggingSteps": "--logging-steps",
    ],
    "TrainingRequest": ["appendsEndOfText: false": "--no-append-eos"],
  ]

  /// How messages of the program call settings: "--keep 5000" for `keep: 5000`.
  static let names = SettingNames { mention in
    guard let flag = table[mention.setting.owner]?[mention.setting.name] else {
      return "\(mention)"
    }
    return flag + (mention.typed.map { " \($0)" } ?? "")
  }
}
