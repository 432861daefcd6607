// SPDX-License-Identifier: Apache-2.0

/// What is found in one data file.
public struct FileLint: Sendable, Hashable {
  /// Where the file is.
  public let path: String
  /// Whether it has responses, or prompts alone.
  public let hasResponses: Bool
  /// The number of rows.
  public let rowCount: Int
  /// Its different rows, compared byte by byte.
  public let distinctRowCount: Int
  /// The number of distinct prompts.
  public let distinctPromptCount: Int
  /// The rows whose prompt is empty or only whitespace.
  public let emptyPromptCount: Int
  /// The rows whose response is empty or only whitespace.
  public let emptyResponseCount: Int
  /// The rows with a cell that pandas, and so `datasets`, reads as null: "NA", "null" ...
  public let missingLookingCount: Int
  /// The rows whose prompt stands, normalized, in another file that has responses.
  public let rowsInScoredFiles: Int
  /// What lengths are counted in.
  public let unit: Unit
  /// The lengths of the prompts; nil without rows.
  public let promptLengths: LengthSummary?
  /// The lengths of the responses; nil without rows or responses.
  public let responseLengths: LengthSummary?
  /// The same in Unicode scalars.
  public let promptCharacters: LengthSummary?
  /// The same in Unicode scalars.
  public let responseCharacters: LengthSummary?
  /// The responses of one token, BOS not counted; nil where tokens are not known.
  public let oneTokenResponseCount: Int?
  /// The rows with more tokens than the model has positions; nil where these are not known.
  public let tooLongCount: Int?
  /// How many rows a scoring run would draw; nil where the file has no responses or fewer rows.
  public let drawnCount: Int?
  /// The different rows among those drawn.
  public let distinctDrawnCount: Int?

  /// What lengths are counted in.
  public enum Unit: String, Sendable {
    /// Stretches without whitespace.
    case words
    /// Tokens of the model's tokenizer, special ones not counted.
    case tokens
  }

  init(_ file: LintedFile, scored: PromptOverlap, options: DataLint.Options) throws {
    let rows = file.rows
    path = file.path
    hasResponses = file.hasResponses
    rowCount = rows.count
    distinctRowCount = Self.distinct(rows)
    distinctPromptCount = Set(rows.map { Array($0.prompt.utf8) }).count
    emptyPromptCount = rows.count { Self.isBlank($0.prompt) }
    emptyResponseCount = file.hasResponses ? rows.count { Self.isBlank($0.response) } : 0
    missingLookingCount = rows.count {
      file.hasResponses ? $0.looksMissing : DataTable.Row.isMissingMark($0.prompt)
    }
    rowsInScoredFiles = rows.count { scored.contains($0.prompt) }
    drawnCount = file.drawn?.count
    distinctDrawnCount = file.drawn.map { Self.distinct($0.map { rows[$0] }) }

    let encoding = options.encoding
    unit = encoding == nil ? .words : .tokens
    func length(_ text: String) throws -> Int {
      guard let encoding else { return text.split(whereSeparator: \.isWhitespace).count }
      let tokens = try encoding.encode(text)
      let hasBOS = tokens.first != nil && tokens.first == encoding.beginningOfSequence
      return tokens.count - (hasBOS ? 1 : 0)
    }
    let prompts = try rows.map { try length($0.prompt) }
    let responses = file.hasResponses ? try rows.map { try length($0.response) } : []
    promptLengths = LengthSummary(prompts)
    responseLengths = LengthSummary(responses)
    promptCharacters = LengthSummary(rows.map(\.prompt.unicodeScalars.count))
    responseCharacters = LengthSummary(
      file.hasResponses ? rows.map(\.response.unicodeScalars.count) : [])
    oneTokenResponseCount = encoding == nil ? nil : responses.count { $0 == 1 }
    if let encoding, encoding.positionCount < .max {
      let special = encoding.beginningOfSequence == nil ? 0 : 1
      tooLongCount = rows.indices.count {
        prompts[$0] + (file.hasResponses ? responses[$0] : 0) + special > encoding.positionCount
      }
    } else {
      tooLongCount = nil
    }
  }

  private static func distinct(_ rows: [DataTable.Row]) -> Int {
    // Compared as bytes: strings would be equal under canonical equivalence already.
    Set(rows.map { [Array($0.prompt.utf8), Array($0.response.utf8)] }).count
  }

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }
}

/// How long texts are.
public struct LengthSummary: Sendable, Hashable {
  /// The smallest length.
  public let minimum: Int
  /// The lower median: half are at most this long.
  public let median: Int
  /// 95 of 100 are at most this long.
  public let percentile95: Int
  /// The largest length.
  public let maximum: Int

  /// Summarizes lengths by nearest rank; nil where there are none.
  init?(_ lengths: [Int]) {
    let sorted = lengths.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    func rank(_ percent: Int) -> Int { sorted[max(1, (percent * sorted.count + 99) / 100) - 1] }
    minimum = first
    median = rank(50)
    percentile95 = rank(95)
    maximum = last
  }
}

/// What two data files share.
public struct FileOverlap: Sendable, Hashable {
  /// Rows of one file whose prompts occur in the other.
  public struct Count: Sendable, Hashable {
    /// Rows with a prompt that the other file has word for word.
    public let verbatim: Int
    /// Without case, punctuation and the amount of whitespace.
    public let normalized: Int
    /// The same among the rows that would be drawn; nil where none would be.
    public let drawn: Int?

    init(_ rows: LintedFile, in other: LintedFile) {
      verbatim = rows.prompts.count(where: other.overlap.containsVerbatim)
      normalized = rows.prompts.count(where: other.overlap.contains)
      drawn = rows.drawn.map { $0.count { other.overlap.contains(rows.prompts[$0]) } }
    }
  }

  /// The path of one file.
  public let first: String
  /// The path of the other file.
  public let second: String
  /// Rows of the first whose prompts occur in the second.
  public let firstInSecond: Count
  /// Rows of the second whose prompts occur in the first.
  public let secondInFirst: Count

  init(_ first: LintedFile, _ second: LintedFile) {
    self.first = first.path
    self.second = second.path
    firstInSecond = Count(first, in: second)
    secondInFirst = Count(second, in: first)
  }

  /// Whether they share anything.
  public var isEmpty: Bool { firstInSecond.normalized == 0 && secondInFirst.normalized == 0 }
}
