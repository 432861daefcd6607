// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What messages about measurements mention.
extension Setting {
  static let text = Setting("text", of: "EvaluationRequest")
  static let window = Setting("window", of: "EvaluationRequest")
  static let textLimit = Setting("textLimit", of: "EvaluationRequest")
  static let pairCount = Setting("couplingCount", of: "EvaluationRequest")

  static let promptChoice = Setting("prompts.choice", of: "EvaluationRequest")
  static let systemMessage = Setting("prompts.system", of: "EvaluationRequest")
  static let templateVariables = Setting("prompts.variables", of: "EvaluationRequest")

  static let maxNewTokens = Setting("maxNewTokens", of: "GenerationOptions")
  static let stopStrings = Setting("stopStrings", of: "GenerationOptions")
  static let temperature = Setting("temperature", of: "Sampling")
  static let topP = Setting("topP", of: "Sampling")
  static let topK = Setting("topK", of: "Sampling")
  static let samplingSeed = Setting("seed", of: "Sampling")

  static let modelJudge = Setting("ModelJudge", of: "ModelJudge")
  static let judgeMode = Setting("mode", of: "ModelJudge")
  static let judgeParser = Setting("parser", of: "ModelJudge")
  static let judgeTemplate = Setting("template", of: "ModelJudge")
  static let judgeTokens = Setting("maxTokens", of: "ModelJudge")
  static let judgeRoute = Setting("route", of: "ServedModel")
}
