// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// What messages about training mention.
extension Setting {
  static let learningRate = Setting("learningRate", of: "TrainingOptions")
  static let epochCount = Setting("epochCount", of: "TrainingOptions")
  static let maxSteps = Setting("maxSteps", of: "TrainingOptions")
  static let batchSize = Setting("batchSize", of: "TrainingOptions")
  static let accumulationSteps = Setting("accumulationSteps", of: "TrainingOptions")
  static let weightDecay = Setting("weightDecay", of: "TrainingOptions")
  static let beta1 = Setting("beta1", of: "TrainingOptions")
  static let beta2 = Setting("beta2", of: "TrainingOptions")
  static let epsilon = Setting("epsilon", of: "TrainingOptions")
  static let maxGradientNorm = Setting("maxGradientNorm", of: "TrainingOptions")
  static let warmupSteps = Setting("warmupSteps", of: "TrainingOptions")
  static let warmupRatio = Setting("warmupRatio", of: "TrainingOptions")
  static let evaluationSplit = Setting("evaluationSplit", of: "TrainingOptions")
  static let evaluationSteps = Setting("evaluationSteps", of: "TrainingOptions")
  static let earlyStoppingPatience = Setting("earlyStoppingPatience", of: "TrainingOptions")
  static let saveSteps = Setting("saveSteps", of: "TrainingOptions")
  static let loggingSteps = Setting("loggingSteps", of: "TrainingOptions")
  static let adaptedModules = Setting("targets", of: "AdapterConfiguration")
}
