// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// How warnings about data files are printed.
struct DataLintText {
  let lint: DataLint
  let sampleCount: Int
  let seed: UInt64

  /// Tables; ends in a newline.
  var text: String {
    let unit = lint.files.first?.unit.rawValue ?? ""
    var lines = TextTable([Self.countsHeader] + lint.files.map(counts)).lines
    lines += ["", "lengths in \(unit), in brackets in characters"]
    lines +=
      TextTable(
        [["file", "text", "min", "median", "p95", "max"]] + lint.files.flatMap(Self.lengths)
      ).lines
    let shared = lint.overlaps.filter { !$0.isEmpty }
    if lint.files.count > 1 { lines.append("") }
    if !shared.isEmpty {
      lines.append("rows whose prompts occur in another file")
      lines +=
        TextTable(
          [["file", "other file", "rows", "word for word", "drawn"]] + shared.flatMap(Self.rows)
        ).lines
    }
    let clean = lint.overlaps.count - shared.count
    if clean > 0 { lines.append("\(clean.counted("pair")) of files share no prompt") }
    lines += [
      "", "drawn: the \(sampleCount.counted("row")) that scoring would draw with seed \(seed).",
    ]
    lines.append(
      "prompts are compared without case, punctuation and the amount of whitespace; seen: rows "
        + "whose prompts occur in another file that has responses.")
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
}
