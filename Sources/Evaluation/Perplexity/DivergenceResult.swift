// SPDX-License-Identifier: Apache-2.0

public import SPINExecution
public import SPINJSON
public import SPINLanguageModel
import SPINLikelihood
import SPINTransformer

/// How far an edit shifts a model's next-token predictions on a text unrelated to the edit.
///
/// KL(untouched || edited) in nats at every position of windows that do not overlap. 0 means that
/// nothing changed; it is never negative but for rounding.
public struct DivergenceResult: Sendable, Equatable {
  /// Tokens of a window.
  public let window: Int
  /// KL at each position, window after window.
  public let values: [Double]

  /// The mean over all positions.
  public var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The smallest value that at least this share of the positions do not exceed.
  public func quantile(_ share: Double) -> Double {
    let sorted = values.sorted()
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[max(0, min(sorted.count, rank) - 1)]
  }

  /// Measures a model; see `PerplexityResult` for the parameters.
  ///
  /// - Parameter edited: The same model with the edit.
  public init(
    of model: LanguageModel, to edited: LanguageModel, text: String, window: Int? = nil,
    limit: Int? = nil,
    on execution: Execution,
    journal: ItemJournal? = nil,
    shouldStop: () -> Bool = { false }, onPart: (_ done: Double, _ of: Int) -> Void = { _, _ in },
    onWindow: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let windows = try TextWindows(model, text: text, window: window, limit: limit)
    let scorer = LikelihoodScorer(model.decoder, on: execution)
    values = try windows.values(journal: journal) { open, record in
      try scorer.divergence(
        open.map { windows.tokens[$0] }, to: edited.decoder, shouldStop: shouldStop,
        onPart: { onPart($0, open.count) }
      ) { place, divergences in
        try record(place, divergences)
        onWindow(place + 1, open.count)
      }
    }.flatMap(\.self)
    self.window = windows.size
  }

  /// The result, schema "divergence/1".
  public var json: JSON {
    [
      "mean_kl": .number(mean), "median_kl": .number(quantile(0.5)),
      "p99_kl": .number(quantile(0.99)),
      "max_kl": .number(quantile(1)), "positions": JSON(values.count),
      "settings": ["window": JSON(window), "direction": "untouched || edited", "unit": "nats"],
    ]
  }
}
