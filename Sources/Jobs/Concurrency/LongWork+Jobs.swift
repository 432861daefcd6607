// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINGeneration
public import SPINImportance
public import SPINLanguageModel
public import SPINScores
public import SPINTraining

/// What happens in a run.
public enum RunEvent: Sendable {
  /// Progress of scoring.
  case scoring(ScoringEvent)
  /// Scores and patch are there; what follows are measures.
  case scored
  /// The model is measured.
  case measuring(MeasureProgress)
}

extension ScoringJob {
  /// Begins scoring; as `ImportanceScorer.run`.
  public func start(into directory: ScoreDirectory) -> LongWork<ScoringEvent, Void> {
    LongWork { shouldStop, report in
      try scorer.run(into: directory, shouldStop: shouldStop, report: report)
    }
  }
}

extension PipelineRun {
  /// Begins a run; as `run(into:)`.
  public func start(
    into directory: RunDirectory, restart: Bool = false, evaluation: ModelEvaluation? = nil
  ) -> LongWork<RunEvent, Result> {
    LongWork { shouldStop, report in
      try run(
        into: directory, restart: restart, evaluation: evaluation, shouldStop: shouldStop,
        report: { report(.scoring($0)) }, onScored: { report(.scored) },
        reportEvaluation: { report(.measuring($0)) })
    }
  }
}

extension Sweep {
  /// Begins a sweep; as `run(into:)`.
  public func start(into directory: String) -> LongWork<Progress, Result> {
    LongWork { shouldStop, report in
      try run(into: directory, shouldStop: shouldStop, report: report)
    }
  }
}

extension MethodComparison {
  /// Begins a comparison; as `run(into:)`.
  public func start(
    into directory: String, restart: Bool = false
  ) -> LongWork<Progress, Result> {
    LongWork { shouldStop, report in
      try run(into: directory, restart: restart, shouldStop: shouldStop, report: report)
    }
  }
}

extension TrainingJob {
  /// Begins training; as `run(into:)`.
  public func start(
    into path: String, restart: Bool = false
  ) -> LongWork<TrainingEvent, TrainingHistory> {
    LongWork { shouldStop, report in
      try run(into: path, restart: restart, shouldStop: shouldStop, report: report)
    }
  }
}

extension ModelEvaluation {
  /// Begins to measure the model, or what an edit makes of it; as `measure`.
  ///
  /// - Parameters:
  ///   - side: "before" or "after", as the files are named; nil where there is no other side.
  ///   - edit: The edit; nil for the untouched model.
  ///   - directory: Where items go; nil for nowhere.
  public func start(
    _ side: String? = nil, edit: ModelEdit? = nil, into directory: String? = nil
  ) -> LongWork<MeasureProgress, EvaluationSide> {
    LongWork { shouldStop, report in
      try measure(side, edit: edit, into: directory, shouldStop: shouldStop, report: report)
    }
  }

  /// Begins to measure the model before and after an edit, and to compare the two; as `compare`.
  ///
  /// - Parameters:
  ///   - edit: The edit.
  ///   - directory: Where items and documents go.
  public func start(
    comparing edit: ModelEdit, into directory: String
  ) -> LongWork<MeasureProgress, EvaluationComparison> {
    LongWork { shouldStop, report in
      try compare(edit, into: directory, shouldStop: shouldStop, report: report)
    }
  }
}

extension LanguageModel {
  /// Begins to answer questions as measures do; events are answers as they get done, with the position of the question.
  ///
  /// - Parameters:
  ///   - questions: The questions.
  ///   - options: How answers are generated.
  ///   - format: How a question becomes a prompt; nil for the model's chat template where it has one.
  ///   - execution: Where to compute.
  public func start(
    answering questions: [String], _ options: GenerationOptions = GenerationOptions(),
    format: PromptFormat? = nil, on execution: Execution = Execution()
  ) -> LongWork<(position: Int, answer: Answer), [Answer]> {
    LongWork { shouldStop, report in
      let answering = try QuestionAnswering(
        self, modelHash: "", edit: nil, options: options,
        format: format ?? PromptRequest().format(ofModelAt: directory.path), on: execution,
        batchSize: EvaluationRequest().batchSize)
      var answers: [Int: Answer] = [:]
      try answering.answer(questions, shouldStop: shouldStop) { position, answer in
        answers[position] = answer
        report((position, answer))
      }
      return questions.indices.compactMap { answers[$0] }
    }
  }
}
