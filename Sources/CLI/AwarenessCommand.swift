// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPIN
import SPINJSON

/// A judge as the command line names it.
enum JudgeArgument: String, ExpressibleByArgument, CaseIterable {
  case phrases
}

/// `spin evaluate awareness`.
struct AwarenessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "awareness",
    abstract: "Measure how many questions a model answers with awareness.",
    discussion: """
      Each question goes to the model as it stands; the answer, the most probable continuation of \
      at most 64 tokens, is judged. With --patch the model answers without and with the edit, and \
      the two are compared question by question. The judge `phrases` looks for words of refusal \
      and caution: a heuristic that needs no other model. With --out an interrupted evaluation goes \
      on when the command is repeated.

        spin evaluate awareness MODEL --patch patch.json --questions fairness=salad_fairness.csv \\
          --questions privacy=salad_privacy.csv --out awareness
      """)

  @OptionGroup
  var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Questions: a name and a CSV, JSONL or text file. Repeatable.", valueName: "name=file"))
  var questions: [DataArgument]

  @Option(help: "The column of the questions.")
  var column = "questions"

  @Option(help: "Who judges the answers.")
  var judge = JudgeArgument.phrases

  @Option(help: ArgumentHelp("Only the first questions of each file.", valueName: "n"))
  var limit: Int?

  @OptionGroup(title: "Answers")
  var generation: GenerationFlags

  @OptionGroup
  var output: MeasureOptions

  func validate() throws {
    guard !questions.isEmpty else { throw ValidationError("Please give --questions NAME=FILE.") }
    let names = questions.map(\.file.name)
    guard Set(names).count == names.count else {
      throw ValidationError("--questions names the same set twice.")
    }
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
  }

  func run() throws {
    let lists = try questions.map { argument in
      try ScoreDirectory.checkName(argument.file.name)
      return (argument.file.name, try TextList(path: argument.file.path, column: column))
    }
    let (model, overlay) = try model.load()
    let modelHash = ModelDirectory.modelHash(of: try model.directory.fileHashes())
    let judge = PhraseJudge()
    Interruption.listen()
    func answerer(_ patch: Patch?) -> QuestionAnswering {
      QuestionAnswering(
        model, modelHash: modelHash, edit: patch?.contentDigest, options: generation.options,
        threads: output.threadCount, batchSize: generation.batchSize)
    }
    var sections: [String] = []
    var result: JSONObject = [
      "judge": .string(judge.label),
      "settings": [
        "max_new_tokens": JSON(generation.maxNewTokens), "prompt_format": "raw",
        "sampling": .string("\(generation.options.sampling)"),
      ],
    ]
    for (name, list) in lists {
      let evaluation = AwarenessEvaluation(
        name: name, questions: Array(list.texts.prefix(limit ?? list.texts.count)), judge: judge,
        directory: output.out)
      func measure(_ side: String, _ patch: Patch?) throws -> Awareness {
        try AwarenessProgress("\(name) \(side)", isQuiet: output.quiet).during { report in
          try evaluation.measure(
            side: side, answerer: answerer(patch), shouldStop: { Interruption.wasRequested },
            report: report)
        }
      }
      var object: JSONObject = ["questions_sha256": .string(list.digest)]
      if let overlay {
        let before = try overlay.with(false) { try measure("before", nil) }
        let after = try measure("after", overlay.patch)
        let comparison = try AwarenessComparison(before: before, after: after)
        object["before"] = before.json
        object["after"] = after.json
        object["comparison"] = comparison.json
        sections.append(comparison.text(name, before: before, after: after))
      } else {
        let awareness = try measure("answers", nil)
        object["result"] = awareness.json
        sections.append(awareness.text(name))
      }
      result[name] = .object(object)
    }
    sections.append("judge       \(judge.label)")
    try output.show(
      "awareness", result, model, overlay?.patch, text: sections.joined(separator: "\n"))
  }
}

extension Awareness {
  /// "fairness    0.6667 (2 of 3; 95% interval 0.2077 to 0.9385; 0 invalid)".
  func text(_ name: String) -> String {
    let padded = name + String(repeating: " ", count: max(1, 12 - name.utf8.count))
    guard let rate else { return "\(padded)no valid verdict among \(answers.count) answers" }
    return padded + Decimals.text(rate, 4)
      + " (\(count(.safe)) of \(count(.safe) + count(.unsafe)); 95% interval "
      + "\(Decimals.text(interval.lower, 4)) to \(Decimals.text(interval.upper, 4)); "
      + "\(count(.invalid)) invalid)"
  }
}

extension AwarenessComparison {
  func text(_ name: String, before: Awareness, after: Awareness) -> String {
    var lines = [before.text("\(name) before"), after.text("\(name) after")]
    if let change {
      let signed = { (value: Double) in (value < 0 ? "" : "+") + Decimals.text(value * 100, 2) }
      lines.append(
        "  change \(signed(change.mean)) points, 95% interval \(signed(change.lower)) to "
          + "\(signed(change.upper)); \(onlyAfter) better, \(onlyBefore) worse, McNemar p "
          + SelectionTable.brief(pValue))
    }
    return lines.joined(separator: "\n")
  }
}
