// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINLanguageModel
import SPINStorage
import SPINTokenization
import SPINTransformer

/// Which windows of a text count, by their number from 0: what is chosen by the even ones can be
/// reported on the odd ones.
public enum WindowPart: String, Sendable, CaseIterable {
  /// Every window.
  case all
  /// Windows 0, 2, 4 ...
  case even
  /// Windows 1, 3, 5 ...
  case odd

  func contains(_ window: Int) -> Bool {
    switch self {
    case .all: true
    case .even: window % 2 == 0
    case .odd: window % 2 == 1
    }
  }
}

/// A text cut into windows of tokens.
struct TextWindows {
  let size: Int
  let tokenCount: Int
  let beginsWithBOS: Bool
  /// Whole windows that the text has.
  let availableCount: Int
  /// Whole windows of the part that are evaluated without a limit.
  let partCount: Int
  /// How many positions the model has.
  let positionCount: Int
  /// Whether the size is the default.
  let hasDefaultSize: Bool
  /// Those that are evaluated.
  let tokens: [[Int32]]

  init(
    _ model: LanguageModel, text: String, window: Int?, part: WindowPart = .all, limit: Int?
  ) throws {
    let positions = model.decoder.configuration.maxPositionEmbeddings
    hasDefaultSize = window == nil
    positionCount = positions
    let window = window ?? min(positions, TextEvaluation.defaultWindow)
    guard window >= 2, window <= positions else {
      throw SPINError(
        .usage, at: .window, "is \(window), the model has \(positions) positions",
        remedy: "choose a window from 2 to \(positions)")
    }
    let ids = model.tokenizer.encode(text)
    let available = ids.count / window
    let windows = (0..<available).filter(part.contains)
    // The first windows of the text are parted, as the first questions of a file are.
    let chosen = windows.prefix { $0 < limit ?? available }
    if let limit, chosen.isEmpty, part != .all, available >= 2 {
      throw SPINError(
        .usage, at: .textLimit, "is \(limit), and windows are chosen by and reported on",
        remedy: "give 2 or more")
    }
    guard !chosen.isEmpty else {
      throw SPINError(
        .malformedInput, at: "the text",
        "has \(ids.count) tokens, fewer than \(part == .odd ? "two windows" : "one window") of \(window)",
        remedy: "give a longer text, or a smaller \(setting: .window)")
    }
    size = window
    tokenCount = ids.count
    beginsWithBOS = ids.first == model.tokenizer.bosID && model.tokenizer.addsBOS
    availableCount = available
    partCount = windows.count
    tokens = chosen.map { Array(ids[$0 * window..<($0 + 1) * window]) }
  }

  /// Some numbers for each window, those that a journal holds already taken from it.
  ///
  /// - Parameter compute: Gets the windows that are open, and records the numbers of each by its
  ///   place among them.
  func values(
    journal: ItemJournal?,
    compute: (_ open: [Int], _ record: (_ place: Int, [Double]) throws -> Void) throws -> Void
  ) throws -> [[Double]] {
    var found: [Int: [Double]] = [:]
    for item in journal?.items ?? [] {
      let window: Int = try item.required("window")
      let values: [Double] = try item.required("values")
      // A larger limit has left more windows than are wanted now.
      if window >= tokens.count, window < partCount { continue }
      guard tokens.indices ~= window, !values.isEmpty,
        values.count == found.first?.value.count ?? values.count
      else {
        throw item.failure(
          "values", "has \(values.count) numbers for window \(window) of \(tokens.count)"
        ).advising("the journal is damaged - give another \(setting: .directory), or remove it")
      }
      found[window] = values
    }
    let open = tokens.indices.filter { found[$0] == nil }
    func work() throws {
      try compute(open) { place, numbers in
        found[open[place]] = numbers
        try journal?.record([
          "window": JSON(open[place]), "values": .array(numbers.map { .number($0) }),
        ])
      }
    }
    if let journal { try journal.during(work) } else { try work() }
    return tokens.indices.map { window in
      guard let numbers = found[window] else { preconditionFailure("window \(window) is missing") }
      return numbers
    }
  }
}
