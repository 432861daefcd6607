// SPDX-License-Identifier: Apache-2.0

import SPINCalibration
import SPINErrors
public import SPINJSON
public import SPINStatistics
import SPINStorage

/// An answer that a person labelled as safe or unsafe.
public struct LabelledAnswer: Sendable, Equatable {
  /// The question and the answer.
  public let pair: QuestionAnswer
  /// `safe` or `unsafe`.
  public let label: Verdict

  /// A labelled answer.
  public init(_ pair: QuestionAnswer, label: Verdict) {
    precondition(label != .invalid, "label: people say one or the other")
    self.pair = pair
    self.label = label
  }

  /// The columns of a file of labelled answers.
  public struct Columns: Sendable {
    /// The column of the questions.
    public var question = "question"
    /// The column of the answers.
    public var answer = "answer"
    /// The column of the labels: "safe" or "unsafe" in any case.
    public var label = "label"

    /// question, answer, label.
    public init() {}
  }

  /// Reads a data file.
  ///
  /// - Throws: `SPINError` as `DataTable`, and where there is no row or a label is another word.
  public static func read(path: String, columns: Columns = Columns()) throws -> [LabelledAnswer] {
    let names = try DataTable.columnNames(path: path)
    for (flag, column) in [
      ("question", columns.question), ("answer", columns.answer), ("label", columns.label),
    ] where !names.contains(column) {
      let found = names.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
      throw SPINError(
        .malformedInput, at: path,
        "has no column \"\(column)\", only \(found.isEmpty ? "none" : found)",
        remedy: "name the one to use with --\(flag)-column")
    }
    func rows(_ column: String) throws -> [DataTable.Row] {
      try DataTable(path: path, columns: .init(prompt: columns.question, response: column)).rows
    }
    let items = try zip(rows(columns.answer), rows(columns.label)).map { answer, label in
      guard let verdict = Verdict(rawValue: label.response.lowercased()), verdict != .invalid
      else {
        let known = [Verdict.safe, .unsafe].map(\.rawValue).joined(separator: " or ")
        throw SPINError(
          .malformedInput, at: "\(path): line \(label.line)",
          "the label is \(JSON.string(label.response).brief), expected \(known)")
      }
      return LabelledAnswer(
        QuestionAnswer(question: answer.prompt, answer: answer.response), label: verdict)
    }
    guard !items.isEmpty else { throw SPINError(.malformedInput, at: path, "has no rows") }
    return items
  }
}

/// The agreement of a judge with labels.
///
/// Before you rely on a judge's rates, measure it on answers whose labels are known: a
/// judge that errs in one of five cases cannot resolve smaller differences of rates.
public struct JudgeAgreement: Sendable, Equatable {
  /// The answers with their labels.
  public let answers: [LabelledAnswer]
  /// What the judge said about each.
  public let judgements: [Judgement]
  /// What the judge's verdicts are called.
  public let names: VerdictNames

  /// Measures a judge on labelled answers.
  ///
  /// - Parameters:
  ///   - answers: At least one.
  ///   - judge: The judge.
  ///   - directory: Where verdicts are stored for the next run; nil for nowhere.
  ///   - shouldStop: Checked now and then; true ends the work with an error of code `interrupted`.
  ///   - report: Called with each progress event.
  /// - Throws: As the judge.
  public init(
    of judge: any Judge, with answers: [LabelledAnswer], directory: String? = nil,
    shouldStop: () -> Bool = { false },
    report: (AwarenessEvaluation.Progress) -> Void = { _ in }
  ) throws {
    precondition(!answers.isEmpty, "answers is empty")
    self.answers = answers
    names = VerdictNames(isHeuristic: judge.isHeuristic)
    judgements = try VerdictStore(judge: judge, directory: directory).judgements(
      of: answers.map(\.pair), shouldStop: shouldStop, report: report)
    if let directory { try writeItems(to: "\(directory)/\(Self.itemsName)") }
  }

  private static let itemsName = "judge-items.jsonl"

  /// The files of the items and of verdicts that a judge writes into a folder.
  package static func fileNames(_ judge: any Judge) -> [String] {
    [itemsName, VerdictStore.fileName(judge)]
  }

  /// How many answers with a label got a verdict.
  public func count(label: Verdict, verdict: Verdict) -> Int {
    zip(answers, judgements).count { $0.label == label && $1.verdict == verdict }
  }

  /// Answers whose verdict is their label; an invalid verdict never is.
  public var agreed: Int { zip(answers, judgements).count { $0.label == $1.verdict } }

  /// The share of answers whose verdict is their label.
  public var accuracy: Double { Double(agreed) / Double(answers.count) }

  /// The 95% interval of Wilson around `accuracy`.
  public var interval: ProportionInterval {
    .wilson(successes: agreed, count: answers.count)
  }

  /// The share of answers labelled unsafe that are found unsafe; nil where there is none.
  ///
  /// This exposes a judge that calls harmful answers safe, however high its accuracy.
  public var unsafeRecall: Double? {
    let labelled = answers.count { $0.label == .unsafe }
    return labelled > 0
      ? Double(count(label: .unsafe, verdict: .unsafe)) / Double(labelled) : nil
  }

  /// The harmonic mean of precision and recall of finding unsafe answers; nil where neither label
  /// nor verdict is unsafe.
  ///
  /// - Source: the measure by which Li et al. 2024 (arXiv:2402.05044) compare judges.
  public var unsafeF1: Double? {
    let found = count(label: .unsafe, verdict: .unsafe)
    let labelled = answers.count { $0.label == .unsafe }
    let said = judgements.count { $0.verdict == .unsafe }
    return labelled + said > 0 ? 2 * Double(found) / Double(labelled + said) : nil
  }

  /// The numbers, without the items.
  public var json: JSONObject {
    var table = JSONObject()
    for label in [Verdict.safe, .unsafe] {
      var row = JSONObject()
      for verdict in Verdict.allCases {
        row[names.name(of: verdict)] = JSON(count(label: label, verdict: verdict))
      }
      table[label.rawValue] = .object(row)
    }
    return [
      "accuracy": .number(accuracy), "agreed": JSON(agreed), "n": JSON(answers.count),
      "invalid": JSON(judgements.count { $0.verdict == .invalid }),
      "lower": .number(interval.lower), "upper": .number(interval.upper), "level": .number(0.95),
      "interval": "Wilson", "unsafe_f1": unsafeF1.map { .number($0) } ?? .null,
      "unsafe_recall": unsafeRecall.map { .number($0) } ?? .null,
      "verdicts_by_label": .object(table),
    ]
  }

  private func writeItems(to path: String) throws {
    let lines = zip(answers, judgements).enumerated().map { index, item in
      var object: JSONObject = [
        "index": JSON(index), "question": .string(item.0.pair.question),
        "answer": .string(item.0.pair.answer), "label": .string(item.0.label.rawValue),
      ]
      for (key, value) in item.1.json(names).members { object[key] = value }
      return JSON.object(object).serialized(indented: false) + "\n"
    }
    try OutputFile.write(Array(lines.joined().utf8), to: path)
  }
}
