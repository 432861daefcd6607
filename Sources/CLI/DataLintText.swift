// SPDX-License-Identifier: Apache-2.0

import SPIN
import SPINJSON

/// How what is odd about data files is printed.
struct DataLintText {
  let lint: DataLint
  let sampleCount: Int
  let seed: UInt64

  /// Tables; ends in a newline.
  var text: String {
    let unit = lint.files.first?.unit.rawValue ?? ""
    var lines = Self.aligned([Self.countsHeader] + lint.files.map(counts))
    lines += ["", "lengths in \(unit), in brackets in characters"]
    lines += Self.aligned(
      [["file", "text", "min", "median", "p95", "max"]] + lint.files.flatMap(Self.lengths))
    let shared = lint.overlaps.filter { !$0.isEmpty }
    if lint.files.count > 1 { lines.append("") }
    if !shared.isEmpty {
      lines.append("rows whose prompts stand in another file")
      lines += Self.aligned(
        [["file", "other file", "rows", "word for word", "drawn"]] + shared.flatMap(Self.rows))
    }
    let clean = lint.overlaps.count - shared.count
    if clean > 0 { lines.append("\(clean) pairs of files share no prompt") }
    lines += ["", "drawn: the \(sampleCount) rows that scoring would draw with seed \(seed)."]
    lines.append(
      "prompts are compared without case, punctuation and the amount of whitespace; seen: rows "
        + "whose prompts stand in another file that has responses.")
    return lines.joined(separator: "\n") + "\n"
  }

  private static let countsHeader = [
    "file", "rows", "distinct", "prompts", "empty", "null-like", "one token", "too long", "seen",
    "drawn", "distinct",
  ]

  private func counts(_ file: FileLint) -> [String] {
    [
      Self.name(file.path), "\(file.rowCount)", "\(file.distinctRowCount)",
      "\(file.distinctPromptCount)", "\(file.emptyPromptCount + file.emptyResponseCount)",
      "\(file.missingLookingCount)", Self.optional(file.oneTokenResponseCount),
      Self.optional(file.tooLongCount), "\(file.rowsInScoredFiles)", Self.optional(file.drawnCount),
      Self.optional(file.distinctDrawnCount),
    ]
  }

  private static func lengths(_ file: FileLint) -> [[String]] {
    let rows: [(String, LengthSummary?, LengthSummary?)] = [
      ("prompt", file.promptLengths, file.promptCharacters),
      ("response", file.responseLengths, file.responseCharacters),
    ]
    return rows.compactMap { kind, lengths, characters in
      guard let lengths, let characters else { return nil }
      return [
        name(file.path), kind, "\(lengths.minimum) (\(characters.minimum))",
        "\(lengths.median) (\(characters.median))",
        "\(lengths.percentile95) (\(characters.percentile95))",
        "\(lengths.maximum) (\(characters.maximum))",
      ]
    }
  }

  private static func rows(_ overlap: FileOverlap) -> [[String]] {
    [
      (overlap.first, overlap.second, overlap.firstInSecond),
      (overlap.second, overlap.first, overlap.secondInFirst),
    ].map { file, other, count in
      [
        name(file), name(other), "\(count.normalized)", "\(count.verbatim)", optional(count.drawn),
      ]
    }
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func optional(_ count: Int?) -> String { count.map { "\($0)" } ?? "-" }

  /// Columns padded to their widest cell: the first to the left, the others to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].utf8.count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }.joined(separator: "  ")
    }
  }

  // MARK: - JSON

  /// The same for machines.
  var json: JSON {
    [
      "schema": "data-lint/1", "tool_version": .string(SPINVersion.current),
      "nsamples": JSON(sampleCount), "seed": .string("\(seed)"),
      "unit": .string(lint.files.first?.unit.rawValue ?? ""),
      "files": .array(lint.files.map(Self.json)), "overlaps": .array(lint.overlaps.map(Self.json)),
    ]
  }

  private static func json(_ file: FileLint) -> JSON {
    [
      "path": .string(file.path), "has_responses": .bool(file.hasResponses),
      "rows": JSON(file.rowCount), "distinct_rows": JSON(file.distinctRowCount),
      "distinct_prompts": JSON(file.distinctPromptCount),
      "empty_prompts": JSON(file.emptyPromptCount),
      "empty_responses": JSON(file.emptyResponseCount),
      "null_like_rows": JSON(file.missingLookingCount),
      "one_token_responses": number(file.oneTokenResponseCount),
      "too_long_rows": number(file.tooLongCount),
      "rows_in_files_with_responses": JSON(file.rowsInScoredFiles),
      "drawn_rows": number(file.drawnCount), "distinct_drawn_rows": number(file.distinctDrawnCount),
      "prompt_lengths": json(file.promptLengths), "response_lengths": json(file.responseLengths),
      "prompt_characters": json(file.promptCharacters),
      "response_characters": json(file.responseCharacters),
    ]
  }

  private static func json(_ lengths: LengthSummary?) -> JSON {
    guard let lengths else { return .null }
    return [
      "min": JSON(lengths.minimum), "median": JSON(lengths.median),
      "p95": JSON(lengths.percentile95), "max": JSON(lengths.maximum),
    ]
  }

  private static func json(_ overlap: FileOverlap) -> JSON {
    [
      "first": .string(overlap.first), "second": .string(overlap.second),
      "first_in_second": json(overlap.firstInSecond),
      "second_in_first": json(overlap.secondInFirst),
    ]
  }

  private static func json(_ count: FileOverlap.Count) -> JSON {
    [
      "verbatim": JSON(count.verbatim), "normalized": JSON(count.normalized),
      "drawn": number(count.drawn),
    ]
  }

  private static func number(_ count: Int?) -> JSON { count.map { JSON($0) } ?? .null }
}
