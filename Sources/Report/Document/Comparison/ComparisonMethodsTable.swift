// SPDX-License-Identifier: Apache-2.0

/// The table of the methods of a comparison with the changes that they make.
enum ComparisonMethodsTable {
  static func table(_ file: ComparisonFile) -> Table {
    let tasks = file.methods[0].accuracy.map(\.name)
    let hasText = file.methods[0].perplexity != nil
    let hasSeveral = file.methods.contains { $0.seeds.count > 1 }
    let refusals = file.methods[0].refusals.map(\.name)
    var table = Table(
      caption: "What each method changes" + (hasSeveral ? ", mean over its seeds" : ""),
      columns: [.text("method"), .number("weights")]
        + file.questions.map { .number("\($0.name) \(file.words.measure)") }
        + refusals.map { .number("\($0) refused") } + (hasText ? [.number("perplexity")] : [])
        + tasks.map { .number("\($0) accuracy") },
      rows: file.methods.map { method in
        let changes: [ComparisonChange?] =
          file.questions.map { list in
            method.awareness.first { $0.name == list.name }
              .map { .awareness($0.change, file.words) }
          }
          + refusals.map { list in
            method.refusals.first { $0.name == list }.map { .refusal($0.change) }
          }
          + (hasText ? [method.perplexity.map { .perplexity($0) }] : [])
          + tasks.map { task in
            method.accuracy.first { $0.name == task }.map { .accuracy($0.change) }
          }
        return head(method, file) + changes.map { $0?.cell ?? .text(nil) }
      })
    table.note = [.text(note(file))]
    return table
  }

  private static func head(
    _ method: ComparisonFile.Method, _ file: ComparisonFile
  ) -> [Table.Cell] {
    let arms = file.arms.filter { $0.method == method.name && $0.samples == method.samples }
    let sizes = arms.compactMap { $0.weights ?? $0.parameters }
    let range =
      if let least = sizes.min(), let most = sizes.max() {
        least == most
          ? NumberText.count(least) : "\(NumberText.count(least)) to \(NumberText.count(most))"
      } else {
        NumberText.none
      }
    return [
      Table.Cell(
        file.label(method), detail: method.seeds.count > 1 ? "\(method.seeds.count) seeds" : nil),
      Table.Cell(range),
    ]
  }

  private static func note(_ file: ComparisonFile) -> String {
    let counts = file.questions.map {
      "\($0.name) \(NumberText.percent($0.before ?? .nan)) of \(NumberText.count($0.count))"
    }
    let left = file.leftOut.filter { $0.count > 0 }
      .map { "\(NumberText.count($0.count)) of \($0.name)" }
    return
      "Changes from the untouched model (\(file.words.measure): \(Headline.list(counts)) questions): of "
      + "rates in percentage points, of perplexity in percent, of the questions with "
      + (file.words.isHeuristic
        ? "an answer on both sides that is not empty. " : "a verdict on both sides. ")
      + EvidenceText.rule(.method)
      + (left.isEmpty
        ? "" : " Left out because they are in the data: \(Headline.list(left)).")
  }
}
