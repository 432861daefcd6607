// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON
import SPINLikelihood

/// How well a model predicts a text.
public struct Perplexity: Measure {
  /// "perplexity".
  public let name = "perplexity"
  /// "a text".
  public let summary: String? = "a text"
  /// The text and how it is cut.
  public let text: TextEvaluation
  /// The windows of the text; nil where no model is known yet.
  private let windows: TextWindowCount?
  /// The same as records say it; nil for the model's positions.
  private let recordedWindow: Int?

  /// The perplexity of a text.
  public init(_ text: TextEvaluation) {
    self.text = text
    windows = nil
    recordedWindow = text.window
  }

  /// The text and how it is cut.
  public var identity: JSONObject {
    [
      "text_sha256": .string(text.digest), "window": recordedWindow.map { JSON($0) } ?? .null,
      "text_limit": text.limit.map { JSON($0) } ?? .null,
    ]
  }

  /// The journal of a side's windows.
  public func fileNames(_ side: String?) -> [String] {
    [ItemJournal.fileName(TextEvaluation.perplexityName(side))]
  }

  /// Measures, window by window; finished windows are stored in the folder.
  ///
  /// - Throws: `SPINError` where the window is larger than the model's positions or the text, and where the folder holds
  ///   windows of another run.
  public func measure(_ side: MeasuredSide) throws -> PerplexityResult {
    var text = text
    text.directory = side.directory
    let progress = WindowProgress(side.title(name), side.report)
    let result = try text.perplexity(
      of: side.model, side: side.name, identity: side.identity, on: side.execution,
      shouldStop: side.shouldStop, onPart: progress.partly, onWindow: progress.advance)
    progress.end()
    return result
  }

  /// The perplexity, and with an edit its change.
  public func outcome(
    of results: Sides<PerplexityResult>, _ models: ComparedModels?
  ) -> PerplexityOutcome? {
    PerplexityOutcome(textDigest: text.digest, results: results)
  }

  /// The memory of a window.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one window.
  public func plannedBytes(of model: PlannedModel) throws -> Int {
    let scorer = LikelihoodScorer(model.model.decoder, on: model.execution)
    let windows = try windows ?? TextWindowCount(text, of: model.model)
    return try scorer.planForScoring(longest: windows.size).bytes
  }

  /// A pass over all windows.
  public func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] {
    guard let rates = model.rates, let windows else { return [] }
    let done = PlannedStep.finishedItems("\(model.directory)/\(fileNames(side)[0])")
    return [
      PlannedStep(
        "perplexity \(side)", windows.text,
        seconds: rates.forward(tokens: windows.tokenCount, of: model.cost),
        items: (windows.count, min(done, windows.count)))
    ]
  }
}

/// What was found of a text: its perplexity, or that of two models with the change.
public struct PerplexityOutcome: MeasureOutcome {
  /// The SHA-256 of the text's file.
  public let textDigest: String
  /// The perplexity of each side.
  public let results: Sides<PerplexityResult>
  /// The change; nil for one model.
  public let change: PerplexityChange?

  init(textDigest: String, results: Sides<PerplexityResult>) {
    self.textDigest = textDigest
    self.results = results
    guard case .pair(let before, let after) = results else {
      change = nil
      return
    }
    change = PerplexityChange(before: before, after: after)
  }

  /// The members of `perplexity.json`.
  public var json: JSONObject {
    var object: JSONObject = ["text_sha256": .string(textDigest)]
    for (key, value) in results.json(\.json).members { object[key] = value }
    if let change { object["comparison"] = change.json }
    return object
  }

  /// Both values and the comparison.
  public var record: JSONObject {
    guard let change else { return [:] }
    return [
      "perplexity": [
        "before": .number(change.before.value), "after": .number(change.after.value),
        "comparison": change.json,
      ]
    ]
  }

  /// The perplexity: what an edit must not raise.
  public var quantities: [MeasuredQuantity] {
    [
      MeasuredQuantity(
        "text", title: "perplexity", items: "windows", scale: .ratio, role: .guarded,
        results.map { .init(.init($0.value), count: $0.windowLosses.count) },
        change: change.map { change in
          .init(
            .init(
              change.ratio, lower: change.lower, upper: change.upper, pValues: change.pValues),
            pValue: change.pValues?.twoSided)
        })
    ]
  }
}

extension Perplexity: RequestedMeasure {
  static let absent = AbsentMeasure(
    identity: ["text_sha256": .null, "window": .null, "text_limit": .null],
    record: ["perplexity": .null],
    summary: SummaryKeys("perplexity", changes: "perplexity_ratio", isSingle: true))

  init?(_ context: MeasureContext) throws {
    guard let (text, windows) = context.text else { return nil }
    self.text = text
    self.windows = windows
    recordedWindow = text.recordedWindow(for: context.model) ?? context.request.window
  }

  var requestEntries: [RequestRecord.Entry] {
    [
      .file("--text", text.path, text.digest, .evaluation),
      .init(option: "--window", value: JSON(windows?.size ?? 0), part: .evaluation),
      .init(
        option: "--text-limit", value: text.limit.map { JSON($0) } ?? .null, part: .evaluation,
        grows: true),
    ]
  }
}
