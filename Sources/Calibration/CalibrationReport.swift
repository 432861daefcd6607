// SPDX-License-Identifier: Apache-2.0

/// What was found while samples were drawn and tokenized: values, shown by whoever shows results.
public struct CalibrationReport: Sendable, Hashable {
  /// The samples that are scored.
  public internal(set) var sampleCount = 0
  /// The number of their tokens.
  public internal(set) var tokenCount = 0
  /// Their tokens that the loss covers.
  public internal(set) var responseTokenCount = 0
  /// The tokens of the longest sample drawn, before truncation.
  public internal(set) var longestSample = 0
  /// The rows cut to the model's positions.
  public internal(set) var truncatedRows: [Int] = []
  /// The rows left out because they are too long.
  public internal(set) var skippedRows: [Int] = []
  /// The rows that contribute nothing because the loss covers none of their tokens: the response is
  /// empty, is a single token that was dropped, or was truncated away.
  ///
  /// - Note: In ChnQ/SPIN the loss of such a row is not a number and its gradient exactly 0.
  public internal(set) var rowsWithoutResponse: [Int] = []
  /// How many of the rows drawn repeat another one word for word.
  public let duplicateCount: Int
  /// How many of the rows drawn have a cell that `datasets` would read as null: empty, "NA" ...
  public let missingLookingCount: Int

  /// How many of the rows drawn have a prompt or a response of nothing but whitespace.
  public let blankCount: Int

  init(drawn rows: [DataTable.Row]) {
    // Compared as bytes: strings would be equal under canonical equivalence already.
    let distinct = Set(rows.map { [Array($0.prompt.utf8), Array($0.response.utf8)] })
    duplicateCount = rows.count - distinct.count
    missingLookingCount = rows.count { $0.looksMissing }
    blankCount = rows.count {
      $0.prompt.allSatisfy(\.isWhitespace) || $0.response.allSatisfy(\.isWhitespace)
    }
  }
}
