// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON

extension ChoiceTask {
  /// AG News: what an article is about.
  ///
  /// lm-eval has no ranking task of it; the wording is that of "Calibrate Before Use".
  ///
  /// - Source: Zhang et al. 2015, arXiv:1509.01626; Zhao et al. 2021, arXiv:2102.09690.
  public static let agNews: ChoiceTask = {
    var task = ChoiceTask(
      name: "ag_news", metrics: [.accuracy, .normalizedAccuracy],
      examples: .drawn(leavingOut: false), source: "fancyzhx/ag_news, test", sourceCount: 7600,
      columns: "text and label (0 to 3), or class (1 to 4), title and description without a header"
    ) { record in
      let isOriginal = record.has("class") && !record.has("label")
      let text =
        isOriginal
        ? "\(try record.text("title")) \(try record.text("description"))"
        : try record.text("text")
      let gold =
        try isOriginal
        ? record.gold("class", below: 4, from: 1) : record.gold("label", below: 4)
      return ChoiceItem(
        document: ["text": .string(text), "label": JSON(gold)],
        question: "Article: \(text)\nAnswer:",
        choices: ["World", "Sports", "Business", "Technology"], gold: gold)
    }
    task.wording = "Zhao et al. 2021, arXiv:2102.09690"
    task.description =
      "Classify the news articles into the categories of World, Sports, Business, and Technology.\n\n"
    task.headerless = { row in
      row.count == 3 && ["1", "2", "3", "4"].contains(row[0])
        ? ["class", "title", "description"] : nil
    }
    return task
  }()
}
