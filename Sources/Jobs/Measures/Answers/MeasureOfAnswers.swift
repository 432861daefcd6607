// SPDX-License-Identifier: Apache-2.0

/// A measure that looks at nothing of a model but its answers, so that the model may be on a server.
public protocol MeasureOfAnswers: Measure {
  /// What is found in the answers of one model.
  ///
  /// - Throws: `SPINError` where the folder holds answers of another run, and as answerer and judge.
  func measure(_ answers: ModelAnswers) throws -> Result
}

extension MeasureOfAnswers {
  /// What is found in the answers of one model.
  ///
  /// - Throws: As for the answers.
  public func measure(_ side: MeasuredSide) throws -> Result { try measure(side.answers) }

  fileprivate func outcome(of answers: ModelAnswers) throws -> Outcome? {
    try outcome(of: .single(measure(answers)), nil)
  }
}

extension MeasuredOutcomes {
  /// What measures find in the answers of one model, here or on a server.
  ///
  /// - Throws: As the measures.
  public init(_ measures: [any MeasureOfAnswers], of answers: ModelAnswers) throws {
    entries = try measures.compactMap { measure in
      try measure.outcome(of: answers).map { Entry(measure, $0) }
    }
  }
}
