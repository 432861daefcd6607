// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON
import SPINLikelihood

/// How far an edit moves what a model expects next on a text.
public struct Divergence: Measure {
  /// "divergence".
  public let name = "divergence"
  /// The text and how it is cut.
  public let text: TextEvaluation

  /// The windows of the text; nil where no model is known yet.
  private let windows: TextWindowCount?

  /// The divergence on a text.
  public init(_ text: TextEvaluation) {
    self.text = text
    windows = nil
  }

  /// The journal of the windows that both models read.
  public func fileNames(_ side: String?) -> [String] {
    side == nil ? [] : [ItemJournal.fileName(TextEvaluation.divergenceName)]
  }

  /// Nothing: one model has no divergence.
  public func measure(_ side: MeasuredSide) {}

  /// Puts both models through the text; nil for one model, and where another model takes the untouched one's place.
  ///
  /// - Throws: `SPINError` as for the perplexity.
  public func outcome(
    of results: Sides<Void>, _ models: ComparedModels?
  ) throws -> DivergenceOutcome? {
    guard let models, !models.edit.isReplacement else { return nil }
    var text = text
    text.directory = models.directory
    let progress = WindowProgress(name, models.report)
    let result = try text.divergence(
      of: models.untouched, to: models.makeEdited(),
      identity: [models.modelHash, models.edit.digest],
      on: models.execution, shouldStop: models.shouldStop, onPart: progress.partly,
      onWindow: progress.advance)
    progress.end()
    return DivergenceOutcome(textDigest: text.digest, result: result)
  }

  /// The memory of a window through two models at once.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one window.
  public func plannedBytes(of model: PlannedModel) throws -> Int {
    let scorer = LikelihoodScorer(model.model.decoder, on: model.execution)
    let windows = try windows ?? TextWindowCount(text, of: model.model)
    return try scorer.planForDivergence(longest: windows.size).bytes
  }

  /// A pass of both models over all windows.
  public func plannedComparison(of model: PlannedModel) -> PlannedStep? {
    guard let rates = model.rates, let windows else { return nil }
    let done = PlannedStep.finishedItems("\(model.directory)/\(fileNames("after")[0])")
    return PlannedStep(
      "divergence",
      "\(windows.text), both sides",
      seconds: rates.divergence(
        tokens: windows.tokenCount,
        vocabularySize: model.model.decoder.configuration.vocabularySize, of: model.cost),
      items: (windows.count, min(done, windows.count)))
  }
}

/// How far an edit moves expectations on a text.
public struct DivergenceOutcome: MeasureOutcome {
  /// The SHA-256 of the text's file.
  public let textDigest: String
  /// The divergence.
  public let result: DivergenceResult

  /// The members of `divergence.json`.
  public var json: JSONObject { ["text_sha256": .string(textDigest), "result": result.json] }

  /// The mean divergence, in nats.
  public var record: JSONObject { ["mean_kl": .number(result.mean)] }
}

extension Divergence: RequestedMeasure {
  static let absent = AbsentMeasure(record: ["mean_kl": .null])

  init?(_ context: MeasureContext) throws {
    // Of parts of a text only the perplexity is measured.
    guard let (text, windows) = context.text, context.part == .whole else { return nil }
    self.text = text
    self.windows = windows
  }

  /// Those of the perplexity.
  var requestEntries: [RequestRecord.Entry] { [] }
}
