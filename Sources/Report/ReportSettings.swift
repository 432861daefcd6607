// SPDX-License-Identifier: Apache-2.0

import SPINErrors

/// The settings that reports, and messages about them, mention.
extension Setting {
  static let baseModel = Setting("baseModel", of: "ModelCard")
  static let readingJudge = Setting("ModelJudge", of: "ModelJudge")
  static let phrases = Setting("phrases", of: "AnswerFolder.frequencies")
}
