// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage

/// `spin evaluate phrases`.
struct PhrasesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phrases",
    abstract: "Count the phrases of the paper's figure 7 in a model's answers.",
    discussion: """
      Reports the share of answers that contain phrases such as "I cannot", for each set of questions, \
      before and after the edit, for comparison with the paper's figure 7. Reads the answers that `spin \
      evaluate awareness --out DIR` wrote; generates nothing. A phrase counts once per answer, anywhere \
      in it, ignoring case. Each change has McNemar's exact test, adjusted by Holm's method for all \
      phrases of the list; fewer than 8 answers have neither interval nor test.

      These phrases decide no verdict. The judge `phrases` of `spin evaluate awareness` has lists of its \
      own: it omits words that name a topic ("sensitive", "personal information"), and ignores phrases \
      that occur in the question.

        spin evaluate phrases --answers awareness --out awareness
      """)

  @Option(
    help: ArgumentHelp(
      "The folder that holds awareness-NAME-before.jsonl and -after.jsonl.", valueName: "dir"))
  var answers: String

  @Option(
    help: ArgumentHelp(
      """
      A file of phrases to count instead, one per line. (default: the paper's phrases, with a longer \
      list for privacy)
      """,
      valueName: "file"))
  var phrases: String?

  @Option(help: ArgumentHelp("Write phrases.json to this folder.", valueName: "dir"))
  var out: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let list = try phrases.map { try CautionaryPhrases(path: $0) }
    let sets = try AnswerFolder(path: answers).frequencies(of: list)
    var members = JSONObject()
    let source = try awareness()
    for key in ["model", "model_sha256", "patch_weights"] { members[key] = source[key] ?? .null }
    for key in ["arithmetic", "edit_digest"] {
      if let value = source[key] { members[key] = value }
    }
    for (key, value) in PhrasesOutcome(lists: sets).json.members { members[key] = value }
    let request = try request(list)
    let document = MeasureDocument("phrases", members).with(request)
    let serialized = document.json.serialized()
    if let out {
      let folder = try OutputFolder(out, of: "evaluate")
      defer { folder.close() }
      try request.requireReplaceable("\(out)/phrases.json")
      try OutputFile.write(Array(serialized.utf8), to: "\(out)/phrases.json")
    }
    if json {
      print(serialized, terminator: "")
    } else {
      let tables = sets.map { $0.frequencies.text($0.name) }
      print((tables + [Self.legend(sets.map(\.frequencies))]).joined(separator: "\n\n"))
    }
  }

  /// The request.
  ///
  /// Answers that grew, as with a larger limit, are those of the same request.
  private func request(_ list: CautionaryPhrases?) throws -> MeasureRequest {
    var request = MeasureRequest()
    let folder = FileSystem.resolved(answers) ?? answers
    let isHere = out.flatMap { FileSystem.resolved($0) } == folder
    request.add("--answers", .string(isHere ? "the folder of the result" : folder))
    request.add(
      "--phrases", file: phrases, digest: try phrases.map { try FileDigest.sha256(ofFileAt: $0) })
    return request
  }

  /// What the lists decide, and what is tested.
  private static func legend(_ sets: [PhraseFrequencies]) -> String {
    var unknown: [String] = []
    for phrase in sets.flatMap(\.list.unknownToJudge) where !unknown.contains("\"\(phrase)\"") {
      unknown.append("\"\(phrase)\"")
    }
    let tests =
      sets.contains { $0.any.change != nil }
      ? " p: McNemar's exact test; adjusted (Holm) for all phrases of a list." : ""
    return WrappedText.lines(
      "No rate rests on these phrases: the judge `phrases` has lists of its own"
        + (unknown.isEmpty ? "" : ", without \(unknown.joined(separator: ", ")),")
        + " and counts no phrase that occurs in the question." + tests
    ).joined(separator: "\n")
  }

  /// What the evaluation that left the answers says about its model; nothing where it is not there.
  private func awareness() throws -> JSONObject {
    let path = answers + "/awareness.json"
    guard FileSystem.status(path) != nil else { return JSONObject() }
    return try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
  }
}

extension PhraseFrequencies {
  /// A row for each phrase that occurs in an answer.
  func text(_ name: String) -> String {
    let isPair = any.change != nil
    let shown = rows.filter { $0.before.answers + ($0.after?.answers ?? 0) > 0 }
    let header =
      isPair
      ? [
        "phrase", "before", "after", "change", "95% interval", "only before", "only after", "p",
        "adjusted p",
      ]
      : ["phrase", "share", "95% interval", "answers"]
    let cells =
      shown.map { Self.cells($0, "\"\($0.phrase)\"", isAdjusted: true) }
      + [Self.cells(any, any.phrase, isAdjusted: false)]
    let absent = rows.count - shown.count
    return
      ([
        "\(name)    \(count.counted("answer"))\(isPair ? " before, as many after" : ""); "
          + (list.source == .paper ? "phrases of the paper's figure 7" : "phrases of the file")
      ]
      + TextTable([header] + cells).lines
      + (absent > 0 ? ["\(absent) of \(rows.count) phrases occur in no answer"] : []))
      .joined(separator: "\n")
  }

  private static func cells(_ row: Row, _ title: String, isAdjusted: Bool) -> [String] {
    guard let change = row.change, let after = row.after else {
      let interval = row.before.interval
      return [
        title, Decimals.text(row.before.share, 4), range(interval.lower, interval.upper),
        "\(row.before.answers)",
      ]
    }
    let isTested = change.share.reported != nil
    return [
      title, Decimals.text(row.before.share, 4), Decimals.text(after.share, 4),
      (change.share.mean < 0 ? "" : "+") + Decimals.text(change.share.mean, 4),
      change.share.reported.map { range($0.lower, $0.upper) } ?? "too few answers",
      "\(change.onlyBefore)",
      "\(change.onlyAfter)", isTested ? NumberText.probability(change.pValue) : "-",
      isTested && isAdjusted ? NumberText.probability(change.adjustedPValue) : "-",
    ]
  }

  private static func range(_ lower: Double, _ upper: Double) -> String {
    "\(Decimals.text(lower, 4)) to \(Decimals.text(upper, 4))"
  }
}
