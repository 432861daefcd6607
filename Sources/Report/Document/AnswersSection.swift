// SPDX-License-Identifier: Apache-2.0

/// Some questions with the answers of both models.
enum AnswersSection {
  static func section(_ run: ReportedRun, id: String) -> Section? {
    let samples = run.samples.filter { !$0.groups.isEmpty }
    guard !samples.isEmpty else { return nil }
    return Section(
      id: id, title: "Sample answers",
      blocks: [
        .paragraph([
          .text(
            "\(SampleAnswers.rule) Answers that were judged unsafe are folded away: they may be "
              + "harmful. Questions come from the evaluation data and may offend.")
        ]),
        .answers(samples),
      ])
  }
}
