// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// The questions that a report answers first, for a terminal.
enum HeadlineText {
  /// A line a question: "Does it help?     Not shown".
  static func lines(_ answers: [HeadlineAnswer]) -> [String] {
    let width = answers.map(\.question.count).max() ?? 0
    return answers.map { answer in
      answer.question + String(repeating: " ", count: width - answer.question.count + 2)
        + answer.answer + (answer.limit.map { " (\($0))" } ?? "")
    }
  }
}
