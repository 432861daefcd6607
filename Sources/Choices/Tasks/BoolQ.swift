// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation
import SPINJSON

extension ChoiceTask {
  /// BoolQ, as SuperGLUE has it: yes or no, after a passage.
  ///
  /// - Source: Clark et al. 2019, arXiv:1905.10044.
  public static let boolQ = ChoiceTask(
    name: "boolq", version: "2.0", metrics: [.accuracy], examples: .drawn(leavingOut: true),
    source: "aps/super_glue, boolq, validation", sourceCount: 3270,
    columns: "passage, question and label (0 for no, 1 for yes)"
  ) { record in
    let question =
      "\(try record.text("passage"))\nQuestion: \(try record.text("question"))?\nAnswer:"
    return ChoiceItem(
      document: record.fields, question: question, choices: ["no", "yes"],
      gold: try record.gold("label", below: 2))
  }
}
