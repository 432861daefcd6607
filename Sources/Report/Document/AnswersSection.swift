// SPDX-License-Identifier: Apache-2.0

/// Sample questions with the answers of both models.
enum AnswersSection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    let samples = run.samples.filter { !$0.groups.isEmpty }
    guard let words = samples.first?.words else { return nil }
    return Section(
      id: id, title: "Sample answers",
      blocks: [
        .paragraph([
          .text(
            "\(words.sampleRule) \(words.foldingNote) Questions come from the evaluation data and may offend."
          )
        ]),
        .answers(samples),
      ])
  }
}
