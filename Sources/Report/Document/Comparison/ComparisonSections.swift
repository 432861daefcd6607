// SPDX-License-Identifier: Apache-2.0

/// The sections of a comparison below its tables: SPIN compared with each other method, and every
/// edit.
enum ComparisonSections {
  /// SPIN compared with each other method, question by question; nil if there is nothing to
  /// compare.
  static func advantage(_ file: ComparisonFile) -> Section? {
    let others = file.methods.filter { !$0.spinAdvantage.isEmpty }
    guard !others.isEmpty else { return nil }
    let table = Table(
      caption: "By how much SPIN's rates are higher, same seeds and questions",
      columns: [.text("than")] + file.questions.map { .number("\($0.name) \(file.words.measure)") },
      rows: others.map { method in
        [Table.Cell(file.label(method))]
          + file.questions.map { list in
            method.spinAdvantage.first { $0.name == list.name }
              .map { ComparisonChange.awareness($0.change, file.words).cell } ?? .text(nil)
          }
      },
      note: [
        .text("Percentage points, mean over the seeds that both have, with 95% intervals.")
      ])
    return Section(
      id: "advantage", title: "SPIN compared with the others", blocks: [.table(table)])
  }

  /// The changes of every arm, with a pointer to the arms' own reports.
  static func arms(_ file: ComparisonFile) -> Section {
    var rows: [[Table.Cell]] = []
    for method in file.methods {
      let arms = file.arms.filter { $0.method == method.name && $0.samples == method.samples }
      for (place, arm) in arms.enumerated() {
        func cell(_ change: ComparisonChange?) -> Table.Cell {
          guard let change, change.change.seeds.indices.contains(place) else { return .text(nil) }
          return .text(change.text(change.change.seeds[place]))
        }
        rows.append(
          [Table.Cell(arm.folder), .count(arm.weights ?? arm.parameters)]
            + file.questions.map { list in
              cell(
                method.awareness.first { $0.name == list.name }
                  .map { .awareness($0.change, file.words) })
            } + [cell(method.perplexity.map { .perplexity($0) })])
      }
    }
    return Section(
      id: "arms", title: "Every seed",
      blocks: [
        .paragraph([
          .text("Each folder of the comparison is a run with a report of its own, "),
          .code("report.html"), .text("; the first method's follows."),
        ]),
        .folded(
          summary: "\(NumberText.count(rows.count)) \(rows.count == 1 ? "edit" : "edits")",
          [
            .table(
              Table(
                caption: "What each edit changes",
                columns: [.text("folder"), .number("weights")]
                  + file.questions.map { .number("\($0.name) \(file.words.measure)") }
                  + [.number("perplexity")], rows: rows,
                note: ["Rates in percentage points, perplexity in percent."]))
          ] + [AnswerCountsTable.block(of: file)].compactMap(\.self)),
      ])
  }
}
