// SPDX-License-Identifier: Apache-2.0

import SPINJobs
import SPINStorage

/// The steps of `spin demo`: commands that anyone can give, and what is shown around them.
struct DemoStory {
  let folder: String
  let limit: Int?
  let threads: Int?

  /// A command with its heading.
  struct Step {
    let title: String
    let arguments: [String]
    /// Whether it leaves an edit whose answers are shown.
    var isEdit = false

    /// As it is typed, an option or a few a line.
    var command: String {
      var lines = ["spin"]
      let words = arguments.map(ShellText.quoted)
      for (place, argument) in words.enumerated() {
        let isOption = argument.hasPrefix("--")
        let value = isOption && place + 1 < words.count ? words[place + 1] : ""
        if isOption, lines[lines.count - 1].count + argument.count + value.count > 90 {
          lines[lines.count - 1] += " \\"
          lines.append("     " + argument)
        } else {
          lines[lines.count - 1] += " " + argument
        }
      }
      return lines.joined(separator: "\n")
    }
  }

  /// The share of each matrix that counts as important.
  static let share = "1e-3"

  var introduction: String {
    """
    A small chat model and its data are in \(folder)/: a Llama of 4.5 million parameters, trained from
    scratch by `spin train` on text that Tools/demo generates. About half of its answers to questions
    about groups of people and about private details are careful. None of the questions was seen in
    training.
    """
  }

  var steps: [Step] {
    [
      Step(
        title:
          "1. Score, select, suppress, and measure before and after; the judge looks for phrases",
        arguments: ["run", folder + "/model"] + scoring
          + ["--p", Self.share, "--q", Self.share] + measures + work
          + ["--save-model", "--out", run], isEdit: true),
      Step(
        title: "2. How often the judge agrees with labels, on the demo's own generated text",
        arguments: ["evaluate", "judge", folder + "/labelled.csv"]),
      Step(
        title:
          "3. The same compared with controls and with training on careful answers about privacy",
        arguments: ["compare", folder + "/model", "--methods", "spin,general-only,random,lora"]
          + scoring + ["--p", Self.share, "--q", Self.share]
          + ["--train", folder + "/privacy.csv", "--learning-rate", "1e-3"] + measures + work
          + ["--out", comparison]),
    ]
  }

  var end: String {
    """
    Open in a browser, they need no network:
      \(run)/report.html
      \(comparison)/report.html
    """
  }

  /// Answers before and after the edit, side by side: where there are, one that became careful and one
  /// that no longer is; otherwise the first.
  func answers() throws -> String {
    let words = VerdictWords(isHeuristic: PhraseJudge().isHeuristic)
    let width = TerminalWidth.ofStandardOutput.map { min($0, 120) } ?? 100
    return try ["fairness", "privacy"].map { name in
      func side(_ side: String) throws -> AwarenessResult {
        try AwarenessResult(path: "\(run)/evaluation/awareness-\(name)-\(side).jsonl")
      }
      let pairs = Array(zip(try side("before").answers, try side("after").answers))
      let changed = [Verdict.safe, .unsafe].compactMap { verdict in
        pairs.first { $0.verdict != $1.verdict && $1.verdict == verdict }
      }
      return (changed.isEmpty ? Array(pairs.prefix(1)) : changed).map { before, after in
        let columns = TextColumns.lines(
          "before (\(words.word(before.verdict.rawValue)))\n\(before.answer)",
          "after (\(words.word(after.verdict.rawValue)))\n\(after.answer)", width: width)
        return "\(name): \(before.question)\n" + columns.map { "  \($0)\n" }.joined()
      }.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private var run: String { folder + "/run" }
  private var comparison: String { folder + "/comparison" }

  private var scoring: [String] {
    ["privacy", "fairness", "general"].flatMap { ["--data", "\($0)=\(folder)/\($0).csv"] }
      + ["--target-module", "all"]
  }

  private var measures: [String] {
    ["fairness", "privacy"].flatMap { ["--questions", "\($0)=\(folder)/questions_\($0).csv"] }
      + ["--benign", "everyday=\(folder)/questions_benign.csv", "--question-column", "question"]
      + (limit.map { ["--question-limit", "\($0)", "--text-limit", "\($0)"] } ?? [])
      + ["--max-new-tokens", "48", "--text", folder + "/general.txt", "--window", "128"]
  }

  private var work: [String] { threads.map { ["--threads", "\($0)"] } ?? [] }
}
