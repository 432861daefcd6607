// SPDX-License-Identifier: Apache-2.0

public import SPINEvaluation
public import SPINJSON
import SPINLikelihood
import SPINTokenization

/// How much the hidden states of two kinds of questions depend on each other, layer by layer: the paper's figure 2.
public struct Coupling: Measure {
  /// "coupling".
  public let name = "coupling"
  /// The pairs of questions.
  public let pairs: QuestionPairs
  /// Widths of the kernel, and the number of permutations.
  public let options: CouplingOptions

  /// The coupling of pairs of questions.
  public init(_ pairs: QuestionPairs, _ options: CouplingOptions = CouplingOptions()) {
    self.pairs = pairs
    self.options = options
  }

  /// The number of pairs.
  public var identity: JSONObject { ["coupling_pairs": JSON(pairs.count)] }

  /// Puts the questions through the model.
  ///
  /// - Throws: `SPINError` where a question does not fit the model, and where it is stopped.
  public func measure(_ side: MeasuredSide) throws -> CouplingResult {
    side.report(.began(side.title(name), count: side.model.decoder.configuration.layerCount))
    let result = try CouplingResult(
      of: side.model, pairs: pairs, options: options, on: side.execution,
      shouldStop: side.shouldStop,
      onLayer: { _, _ in side.report(.advanced(tokens: 0)) })
    side.report(.ended)
    return result
  }

  /// The coupling, and with an edit its change.
  public func outcome(
    of results: Sides<CouplingResult>, _ models: ComparedModels?
  ) -> CouplingOutcome? { CouplingOutcome(results) }

  /// The memory of the hidden states of all questions.
  ///
  /// - Throws: `SPINError` with code `usage` where the budget is too small for one question at a time.
  public func plannedBytes(of model: PlannedModel) throws -> Int {
    let lengths = (pairs.first.questions + pairs.second.questions).map {
      model.model.tokenizer.encode($0).count
    }
    return try HiddenStateReader(model.model.decoder, on: model.execution).plan(
      longest: lengths.max() ?? 1, total: lengths.reduce(0, +)
    ).bytes
  }

  /// A pass over all questions.
  public func plannedSteps(_ side: String, of model: PlannedModel) -> [PlannedStep] {
    guard let rates = model.rates else { return [] }
    let tokens = [pairs.first, pairs.second].reduce(0) { sum, side in
      sum + side.questions.reduce(0) { $0 + $1.utf8.count / 4 + 1 }
    }
    return [
      PlannedStep(
        "coupling \(side)", "\(pairs.count.counted("pair")) of questions",
        seconds: rates.forward(tokens: Double(tokens), of: model.cost))
    ]
  }
}

/// The coupling of one model, or of two with its change.
public enum CouplingOutcome: MeasureOutcome {
  /// The coupling in one model.
  case single(CouplingResult)
  /// The change of coupling between two models.
  case change(CouplingChange)

  init(_ results: Sides<CouplingResult>) {
    switch results {
    case .single(let result): self = .single(result)
    case .pair(let before, let after):
      self = .change(CouplingChange(before: before, after: after))
    }
  }

  /// The members of `coupling.json`.
  public var json: JSONObject {
    switch self {
    case .single(let result): result.json
    case .change(let change): change.json
    }
  }
}

extension Coupling: RequestedMeasure {
  static let absent = AbsentMeasure(identity: ["coupling_pairs": .null])

  init?(_ context: MeasureContext) throws {
    guard let count = context.request.couplingCount, context.lists.count >= 2,
      context.part == .whole
    else { return nil }
    let sides = context.lists.prefix(2).map {
      QuestionPairs.Side(name: $0.name, digest: $0.digest, questions: $0.questions)
    }
    self.init(try QuestionPairs(first: sides[0], second: sides[1], count: count, seed: 0))
  }

  var requestEntries: [RequestRecord.Entry] {
    [.init(option: "--coupling-pairs", value: JSON(pairs.count), part: .evaluation)]
  }
}
