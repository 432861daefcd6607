// SPDX-License-Identifier: Apache-2.0

/// Warnings about the data files.
enum DataSection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    guard let lint = run.lint, !lint.files.isEmpty else { return nil }
    var blocks: [Block] = [.table(files(lint))]
    let shared = lint.overlaps.filter { $0.normalized > 0 }
    if !shared.isEmpty { blocks.append(.table(overlaps(shared))) }
    return Section(id: id, title: "Data files", blocks: blocks)
  }

  private static func files(_ lint: DataLintFile) -> Table {
    Table(
      caption: "Data files: repetition, gaps and lengths in \(lint.unit)",
      columns: [
        .text("file"), .number("rows"), .number("distinct"), .number("empty"),
        .number("null-like"), .number("too long"), .number("seen"), .number("drawn"),
        .number("distinct"), .number("prompt, median"), .number("response, median"),
      ],
      rows: lint.files.map { file in
        [
          Table.Cell(file.name), .count(file.rows),
          .count(file.distinctRows), .count(file.empty),
          .count(file.nullLike), .count(file.tooLong),
          .count(file.rowsInScoredFiles), .count(file.drawn),
          .count(file.distinctDrawn),
          .count(
            file.promptLengths?.median,
            detail: file.promptLengths.map { "longest \(NumberText.count($0.maximum))" }),
          .count(
            file.responseLengths?.median,
            detail: file.responseLengths.map { "longest \(NumberText.count($0.maximum))" }),
        ]
      },
      note: [
        .text(
          "seen: rows whose prompt occurs in another file with responses, without case, "
            + "punctuation and the amount of whitespace. drawn: the \(NumberText.count(lint.sampleCount)) "
            + "rows that scoring draws.")
      ])
  }

  private static func overlaps(_ overlaps: [DataLintFile.Overlap]) -> Table {
    Table(
      caption: "Rows whose prompts occur in another file",
      columns: [
        .text("file"), .text("other file"), .number("rows"), .number("word for word"),
        .number("among those drawn"),
      ],
      rows: overlaps.map { overlap in
        [
          Table.Cell(overlap.file), .text(overlap.other),
          .count(overlap.normalized), .count(overlap.verbatim),
          .count(overlap.drawn),
        ]
      })
  }
}
