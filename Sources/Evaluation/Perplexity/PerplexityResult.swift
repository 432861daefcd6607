// SPDX-License-Identifier: Apache-2.0

import Foundation
public import SPINExecution
public import SPINJSON
public import SPINLanguageModel
import SPINLikelihood
import SPINTokenization

/// How well a model predicts a text, as the paper's code measures it.
///
/// The whole text is tokenized once, with the special tokens that the tokenizer puts around it, and
/// cut into windows that do not overlap; what is left at the end is dropped. In each window every
/// token but the first is predicted from those before it.
///
///     perplexity = exp(sum over windows of (mean loss of the window * W) / (windows * W))
///
/// with W the tokens of a window: the exponential of the mean of the windows' mean losses.
///
/// - Source: ChnQ/SPIN d708d83, `eval_ppl_wikitext`, which came by way of Wanda (Sun et al.
///   2023). Its window is `max_position_embeddings`, on which the value depends.
public struct PerplexityResult: Sendable, Equatable {
  /// W, the window length in tokens.
  public let window: Int
  /// The tokens of the text, special ones included.
  public let tokenCount: Int
  /// Whether the text begins with BOS.
  public let beginsWithBOS: Bool
  /// The tokens after the last whole window of the text, which are dropped.
  public let droppedTokenCount: Int
  /// The tokens of whole windows that a limit left out.
  public let leftOutTokenCount: Int
  /// How many positions the model has.
  public let positionCount: Int
  /// Whether W is the default: 2,048, or the model's positions where these are fewer.
  public let hasDefaultWindow: Bool
  /// The part of the windows that is measured.
  public let part: WindowPart
  /// The mean loss of each window's predictions, in nats.
  public let windowLosses: [Double]
  /// The numbers of whitespace-separated words and of UTF-8 bytes in the windows.
  public let wordCount, byteCount: Int

  /// exp of the mean of the windows' losses.
  public var value: Double {
    exp(windowLosses.reduce(0, +) / Double(windowLosses.count))
  }
  /// The number of predicted tokens: all but the first of each window.
  public var predictedTokenCount: Int { windowLosses.count * (window - 1) }
  /// The summed loss of all predictions in nats.
  public var totalLoss: Double { windowLosses.reduce(0, +) * Double(window - 1) }
  /// Bits that each byte of the evaluated text costs: the sum of losses over its bytes.
  public var bitsPerByte: Double { totalLoss / Double(byteCount) / log(2) }
  /// exp of the summed loss over the words of the evaluated text.
  public var wordPerplexity: Double { exp(totalLoss / Double(wordCount)) }

  /// Measures a model.
  ///
  /// - Parameters:
  ///   - model: The model, edited or not.
  ///   - text: The text, as it is.
  ///   - window: W; nil for 2,048, or the model's positions where these are fewer.
  ///   - part: The part of the windows to measure.
  ///   - limit: The number of these windows to take, from the first on; nil for all.
  ///   - execution: Where to compute.
  ///   - journal: Holds the finished windows, and records further ones.
  ///   - shouldStop: Checked some twenty times a second.
  ///   - onPart: Called now and then with how many windows are computed that are not yet done, in parts of
  ///     one.
  ///   - onWindow: Called with each window that gets done, and of how many there are to do.
  /// - Throws: `SPINError` where the window is larger than the model's positions or the text.
  public init(
    of model: LanguageModel, text: String, window: Int? = nil, part: WindowPart = .all,
    limit: Int? = nil, on execution: Execution, journal: ItemJournal? = nil,
    shouldStop: () -> Bool = { false }, onPart: (_ done: Double, _ of: Int) -> Void = { _, _ in },
    onWindow: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let windows = try TextWindows(model, text: text, window: window, part: part, limit: limit)
    let size = windows.size
    let scorer = LikelihoodScorer(model.decoder, on: execution)
    let losses = try windows.values(journal: journal) { open, record in
      try scorer.score(
        open.map { TokenSequence(tokens: windows.tokens[$0], scored: 1..<size) },
        shouldStop: shouldStop, onPart: { onPart($0, open.count) }
      ) { place, likelihood in
        try record(place, [-likelihood.total / Double(size - 1)])
        onWindow(place + 1, open.count)
      }
    }.flatMap(\.self)
    self.window = size
    self.part = part
    tokenCount = windows.tokenCount
    beginsWithBOS = windows.beginsWithBOS
    droppedTokenCount = windows.tokenCount - windows.availableCount * size
    leftOutTokenCount = (windows.partCount - windows.tokens.count) * size
    positionCount = windows.positionCount
    hasDefaultWindow = windows.hasDefaultSize
    windowLosses = losses
    let evaluated = model.tokenizer.decode(windows.tokens.flatMap(\.self), skipSpecialTokens: true)
    wordCount = evaluated.unicodeScalars.split { $0.properties.isWhitespace }.count
    byteCount = evaluated.utf8.count
  }
}

extension PerplexityResult {
  /// The result with every choice that it depends on, schema "perplexity/1".
  public var json: JSON {
    [
      "perplexity": .number(value), "word_perplexity": .number(wordPerplexity),
      "bits_per_byte": .number(bitsPerByte),
      "settings": [
        "window": JSON(window), "window_is_default": .bool(hasDefaultWindow),
        "positions": JSON(positionCount), "stride": JSON(window), "tail": "dropped",
        "part": .string(part.rawValue),
        "begins_with_bos": .bool(beginsWithBOS), "first_token_of_window": "not predicted",
      ],
      "tokens": JSON(tokenCount), "windows": JSON(windowLosses.count),
      "predicted_tokens": JSON(predictedTokenCount), "dropped_tokens": JSON(droppedTokenCount),
      "left_out_tokens": JSON(leftOutTokenCount),
      "words": JSON(wordCount), "bytes": JSON(byteCount),
      "window_losses": .array(windowLosses.map { .number($0) }),
    ]
  }
}
