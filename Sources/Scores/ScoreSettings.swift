// SPDX-License-Identifier: Apache-2.0

package import SPINErrors

/// What decided scores, and what messages about them mention.
extension Setting {
  package static let keep = Setting("keep", of: "ScoringRequest")
  package static let scoredModules = Setting("target", of: "ScoringRequest")
  /// The data sets, by name.
  package static let scoredData = Setting("data", of: "ScoringRequest")
  static let scoredSampleCount = Setting("sampleCount", of: "CalibrationOptions")
  static let scoringSeed = Setting("seed", of: "CalibrationOptions")
  static let firstResponseToken = Setting("firstResponseToken", of: "CalibrationOptions")
  static let scoredOverflow = Setting("overflow", of: "CalibrationOptions")
  static let scoredFormat = Setting("prompts.choice", of: "ScoringRequest")
  static let scoredSystem = Setting("prompts.system", of: "ScoringRequest")
  static let scoredVariables = Setting("prompts.variables", of: "ScoringRequest")
}
