// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage

/// `spin evaluate judge`.
struct JudgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge",
    abstract: "Measure how often a judge agrees with labels.",
    discussion: """
      Reads a file of questions and answers labelled "safe" or "unsafe", and lets the judge decide each. \
      Accuracy on this text says little about answers of another kind; label some of your model's own. \
      An invalid verdict counts as wrong.

        spin evaluate judge labelled.csv --judge md-judge:MD-Judge-v0.1
      """)

  @Argument(help: "A CSV or JSONL file of questions, answers and labels.")
  var file: String

  @Option(help: "The column that holds the questions.")
  var questionColumn = LabelledAnswer.Columns().question

  @Option(help: "The column that holds the answers.")
  var answerColumn = LabelledAnswer.Columns().answer

  @Option(help: "The column that holds the labels.")
  var labelColumn = LabelledAnswer.Columns().label

  @OptionGroup(title: "Judge")
  var judge: JudgeOptions

  @OptionGroup
  var output: MeasureOptions

  @OptionGroup
  var network: NetworkOptions

  func run() throws {
    var columns = LabelledAnswer.Columns()
    (columns.question, columns.answer) = (questionColumn, answerColumn)
    columns.label = labelColumn
    let answers = try LabelledAnswer.read(path: file, columns: columns)
    let judge = try judge.load(on: output.execution)
    let digest = try FileDigest.sha256(ofFileAt: file)
    var request = MeasureRequest()
    request.add("FILE", file: file, digest: digest)
    request.add("--question-column", .string(questionColumn))
    request.add("--answer-column", .string(answerColumn))
    request.add("--label-column", .string(labelColumn))
    request.add(judge)
    try output.openFolder("judge", request, .init(files: JudgeAgreement.fileNames(judge)))
    Interruption.listen()
    let progress = MeasureProgressReporter(isQuiet: output.quiet)
    let agreement = try progress.during {
      let agreement = try JudgeAgreement(
        of: judge, with: answers, directory: output.out,
        shouldStop: { Interruption.wasRequested }
      ) { event in
        switch event {
        case .judging(let count): progress.show(.began("labelled verdicts", count: count))
        case .judged: progress.show(.advanced(tokens: 0))
        case .answering, .answered: break
        }
      }
      progress.show(.ended)
      return agreement
    }
    var result: JSONObject = [
      "judge": .string(judge.label), "judge_settings": judge.identity,
      "answers": .string(FileSystem.name(of: file)),
      "answers_sha256": .string(digest),
    ]
    for (key, value) in agreement.json.members { result[key] = value }
    try output.show(
      MeasureDocument("judge", result),
      text: agreement.text(
        judge.label, VerdictWords(isHeuristic: judge.isHeuristic), FileSystem.name(of: file))
    )
  }
}

extension JudgeAgreement {
  /// The numbers, with the file on which they were measured.
  func text(_ judge: String, _ words: VerdictWords, _ file: String) -> String {
    func row(_ label: Verdict) -> String {
      let counts = Verdict.allCases.map {
        "\(count(label: label, verdict: $0)) \(words.word($0.rawValue))"
      }
      return "  labelled \(label.rawValue): " + counts.joined(separator: ", ")
    }
    let f1 =
      (unsafeRecall.map { "; recall of \(Verdict.unsafe) \(Decimals.text($0, 4))" } ?? "")
      + (unsafeF1.map { ", F1 \(Decimals.text($0, 4))" } ?? "")
    let reasons = InvalidReasons(judgements).text
    let meaning =
      words.isHeuristic
      ? "\n  \(words.positive) counts as safe, \(words.negative) as unsafe" : ""
    return """
      accuracy    \(Decimals.text(accuracy, 4)) on \(file) (\(agreed) of \(answers.count); 95% interval \
      \(Decimals.text(interval.lower, 4)) to \(Decimals.text(interval.upper, 4))\(f1))
      \(row(.safe))
      \(row(.unsafe))\(meaning)
      judge       \(judge)
      """ + (reasons.isEmpty ? "" : "\ninvalid     \(reasons)")
  }
}
