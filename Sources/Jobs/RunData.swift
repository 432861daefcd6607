// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// Warnings about the data files of a run: those that are scored, and questions that are asked.
struct RunData {
  let run: PipelineRun
  let evaluation: ModelEvaluation?

  /// Writes `data.json`, whole or not at all.
  func write(to path: String) throws {
    let request = run.job.request
    var options = DataLint.Options()
    options.columns = request.columns
    options.sampleCount = request.calibration.sampleCount
    options.seed = request.calibration.seed
    options.encoding = run.job.encoding
    var paths = request.data.map(\.path)
    if let evaluation = evaluation?.request {
      options.questionColumn = evaluation.questionColumn
      // A text of one question a line has no columns to compare.
      paths += evaluation.questions.map(\.path).filter { !$0.lowercased().hasSuffix(".txt") }
    }
    let lint = try DataLint(paths: paths, options: options)
    // The record does not reveal where files are on this machine.
    let json = lint.json(
      sampleCount: options.sampleCount, seed: options.seed, name: FileSystem.name(of:))
    try OutputFile.write(Array(json.serialized().utf8), to: path)
  }
}
