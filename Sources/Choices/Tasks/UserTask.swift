// SPDX-License-Identifier: Apache-2.0

import SPINEvaluation

extension ChoiceTask {
  /// A task of your own: records with `context`, `choices` and `gold`, the index of the correct choice
  /// from 0.
  ///
  /// A space stands between context and choice, as lm-eval joins them; a context or choice that
  /// brings one has two. Examples are drawn from the items themselves, never the item that is asked,
  /// unless they have a file.
  ///
  /// - Parameters:
  ///   - name: What to call it.
  ///   - hasExamples: Whether examples have a file of their own.
  public static func user(name: String, hasExamples: Bool = false) -> ChoiceTask {
    var task = ChoiceTask(
      name: name, version: "0", metrics: [.accuracy, .normalizedAccuracy],
      examples: hasExamples ? .drawn(leavingOut: false) : .drawnFromItems(leavingOut: true),
      source: "a file of the user's", columns: "context, choices (a list) and gold (from 0)"
    ) { record in
      let choices = try record.texts("choices")
      guard choices.count >= 2, !choices.contains(where: \.isEmpty) else {
        throw record.failure("\"choices\" has fewer than two texts, or an empty one")
      }
      return ChoiceItem(
        document: record.fields, question: try record.text("context"), choices: choices,
        gold: try record.gold("gold", below: choices.count))
    }
    task.wording = "the user's"
    return task
  }
}
