// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation

extension ChoiceTask {
  /// IMDB: whether a review of a film is favorable.
  ///
  /// lm-eval has no task of it; the wording is that of HELM.
  ///
  /// - Source: Maas et al. 2011, ACL; Liang et al. 2022, arXiv:2211.09110.
  public static let imdb: ChoiceTask = {
    var task = ChoiceTask(
      name: "imdb", metrics: [.accuracy, .normalizedAccuracy],
      examples: .drawn(leavingOut: false), source: "stanfordnlp/imdb, test", sourceCount: 25_000,
      columns: "text and label (0 for negative, 1 for positive)"
    ) { record in
      ChoiceItem(
        document: record.fields, question: "Passage: \(try record.text("text"))\nSentiment:",
        choices: ["Negative", "Positive"], gold: try record.gold("label", below: 2))
    }
    task.wording = "Liang et al. 2022, arXiv:2211.09110"
    return task
  }()
}
