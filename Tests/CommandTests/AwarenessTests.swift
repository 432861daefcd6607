// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin evaluate awareness` with its judges, and `spin evaluate judge`.
@Suite(.serialized) struct AwarenessCommandTests {
  private static let judge = "model:" + Fixture.root + "/models/judge"
  private let job: SmallJob
  private var questions: String { job.path + "/questions.csv" }

  init() throws {
    job = try SmallJob()
    let rows = "abcdefghijklmnopqrst".map { "\"the \($0), in a \($0)?\"\n" }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
  }

  private func awareness(_ options: String...) -> [String] {
    [
      "evaluate", "awareness", job.model, "--questions", "all=\(questions)", "--max-new-tokens",
      "9", "--quiet",
    ] + options
  }

  private func document(_ arguments: [String]) throws -> JSONObject {
    let outcome = try Program.run(arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome)")
    return try JSON(parsing: Array(outcome.standardOutput.utf8), path: "stdout")
      .requireObject(at: "stdout")
  }

  /// Files but the journals, which keep the order in which items came.
  private func results(_ folder: String) throws -> [String: String] {
    try FolderContents(of: folder).digests.filter { !$0.key.hasSuffix(".journal") }
  }

  @Test(arguments: ["verdict", "probability"])
  func modelJudgesDoNotDependOnThreadsOrBatch(mode: String) throws {
    var expected: [String: String]?
    for (threads, batch) in [("1", "1"), ("2", "3"), ("3", "64")] {
      let out = job.path + "/\(mode)-\(threads)"
      let outcome = try Program.run(
        awareness(
          "--judge", Self.judge, "--judge-mode", mode, "--out", out, "--threads", threads,
          "--batch-size", batch, "--judge-batch-size", batch,
          // No first token of the stand-in's replies is a verdict; of ten that would be an error.
          "--question-limit", mode == "probability" ? "8" : "20"))
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.standardOutput.contains("\njudge       judge, "))
      let found = try results(out)
      #expect(found.count == 2 && (expected == nil || found == expected))
      expected = found
      let items = try text(of: out + "/awareness-all-answers.jsonl")
      #expect(items.contains("\"judge_text\":"))
    }
  }

  /// Killed while it judges, then repeated: the verdicts that are there are not asked for again.
  @Test func killedJudgingGoesOn() throws {
    let (whole, cut) = (job.path + "/whole", job.path + "/cut")
    let options = ["--judge", Self.judge, "--judge-batch-size", "1", "--threads", "1", "--out"]
    #expect(try Program.run(awareness() + options + [whole]).status == 0)
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: whole).first { $0.hasPrefix(".verdicts-") })
    var finished = 0
    for wanted in [1, 4] {
      let run = try Program.start(awareness() + options + [cut])
      while run.isRunning, lineCount("\(cut)/\(name)") <= finished + wanted { usleep(300) }
      run.send(SIGKILL)
      let outcome = try run.wait()
      try #require(outcome.status == 128 + SIGKILL, "ended too soon to be killed: \(outcome)")
      #expect(!FileManager.default.fileExists(atPath: cut + "/awareness.json"))
      finished = lineCount("\(cut)/\(name)") - 1
    }
    let before = try bytes(of: "\(cut)/\(name)")
    #expect(try Program.run(awareness() + options + [cut]).status == 0)
    #expect(try results(cut) == results(whole))
    let after = try bytes(of: "\(cut)/\(name)")
    let kept = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    #expect(after.prefix(kept) == before.prefix(kept))
    #expect(lineCount("\(cut)/\(name)") == lineCount("\(whole)/\(name)"))
  }

  @Test func anotherJudgeFindsTheAnswers() throws {
    let out = job.path + "/both"
    #expect(try Program.run(awareness("--out", out, "--prompt-format", "raw")).status == 0)
    let journal = try bytes(of: out + "/.awareness-all-answers.journal")
    let verdicts = awareness("--judge", Self.judge, "--out", out, "--prompt-format", "raw")
    let refused = try Program.run(verdicts)
    #expect(refused.status == 73, "\(refused)")
    #expect(refused.standardError.contains("--judge was phrases (heuristic) ("), "\(refused)")
    try FileManager.default.removeItem(atPath: out + "/awareness.json")
    let judged = try document(verdicts)
    #expect(judged["judge"]?.string?.contains(", not MD-Judge, ") == true)
    #expect(try bytes(of: out + "/.awareness-all-answers.journal") == journal)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: out)
        .count { $0.hasPrefix(".verdicts-") } == 2)
  }

  @Test func overlapBenignAndBaselineAreReported() throws {
    let (seen, benign, first) = (
      job.path + "/seen.csv", job.path + "/benign.txt", job.path + "/first"
    )
    try write("prompt,response\n\"the a, in a a?\",x\nThe B in a b,y\n".utf8, to: seen)
    try write("the c\nin a d\n".utf8, to: benign)
    #expect(try Program.run(awareness("--out", first)).status == 0)
    let arguments = awareness(
      "--exclude-overlap", seen, "--benign", "plain=\(benign)", "--baseline",
      "all=\(first)/awareness-all-answers.jsonl", "--out", job.path + "/second")
    let found = try document(arguments)
    let all = try #require(found["all"]?.object)
    #expect(all.keys == ["questions_sha256", "result", "overlap", "all_questions", "baseline"])
    #expect(all["result"]?.object?["n"] == 18)
    #expect(all["overlap"]?.object?["verbatim"] == 1)
    #expect(all["overlap"]?.object?["normalized"] == 2)
    #expect(all["all_questions"]?.object?["result"]?.object?["n"] == 20)
    #expect(all["baseline"]?.object?["comparison"]?.object?["p_value"] == 1.0)
    let plain = try #require(found["benign"]?.object?["plain"]?.object)
    #expect(plain["result"]?.object?["n"] == 2)
    #expect(plain["method"] == "phrases of refusal (heuristic)")
    #expect(plain["result"]?.object?["judged"] == nil)
    let items = try text(of: job.path + "/second/awareness-all-answers.jsonl")
      .split(separator: "\n")
    #expect(items.count == 20)
    #expect(items[0].hasSuffix(#""in_data":"verbatim"}"#))
    #expect(items[1].hasSuffix(#""in_data":"normalized"}"#))
    #expect(!items[2].contains("in_data"))
    let shown = try Program.run(arguments).standardOutput
    #expect(
      shown.contains("  2 of the 20 questions asked are in the data and left out (1 word for word)")
    )
    #expect(shown.contains("  against awareness-all-answers.jsonl:\n"))
    #expect(shown.contains("refused (0 of 2; "))
    // A judge of safety is asked about benign answers too; refusals are told by phrases still.
    let judged = try document(
      awareness("--benign", "plain=\(benign)", "--judge", Self.judge, "--limit", "2"))
    let result = judged["benign"]?.object?["plain"]?.object?["result"]?.object
    #expect(result?["judged"]?.object?["n"] == 2 && result?["refused"] == 0)
  }

  @Test func chatTemplatesAreRecorded() throws {
    let missing = try Program.run(awareness("--prompt-format", "chat"))
    #expect(missing.status == 65)
    #expect(
      job.masked(missing.standardError)
        == "spin: DIR/model: has no chat template; "
        + "give the texts unchanged: --prompt-format raw\n")
    try write(
      "the {{ messages[0].content }} is{{ '' }}".utf8, to: job.model + "/chat_template.jinja")
    let (raw, chat) = (
      try document(awareness("--prompt-format", "raw")), try document(awareness())
    )
    #expect(raw["settings"]?.object?["prompt_format"] == "raw")
    let settings = try #require(chat["settings"]?.object)
    #expect(settings["prompt_format"] == "chat")
    #expect(settings["template_sha256"]?.string?.count == 64)
    // Journals of one are not those of the other.
    let out = job.path + "/out"
    #expect(try Program.run(awareness("--out", out, "--prompt-format", "raw")).status == 0)
    #expect(try Program.run(awareness("--out", out, "--prompt-format", "chat")).status == 73)
  }

  @Test func wrongOptionsAreSaid() throws {
    func message(_ options: String...) throws -> String {
      let outcome = try Program.run(awareness() + options)
      #expect(outcome.status == 64, "\(outcome)")
      return String(outcome.standardError.split(separator: "\n").first ?? "")
    }
    #expect(
      try message("--judge-mode", "verdict")
        == "spin: --judge-mode and --judge-batch-size need --judge md-judge:DIR or model:DIR; see spin evaluate awareness --help"
    )
    #expect(
      try message("--judge", "md-judge:").contains("--judge: is \"md-judge:\", expected <judge>"))
    #expect(try message("--judge", "oracle").contains("--judge: is \"oracle\", expected <judge>"))
    for flag in ["--judge-parser=yes-no", "--judge-max-tokens=9", "--judge-template=t"] {
      #expect(
        try message(flag)
          == "spin: --judge-template, --judge-parser and --judge-max-tokens need --judge model:DIR or "
          + "endpoint:URL; see spin evaluate awareness --help")
    }
    #expect(
      try message("--judge", Self.judge, "--judge-parser", "mdjudge")
        .contains("--judge-parser: is \"mdjudge\", expected "))
    #expect(
      try message("--judge", Self.judge, "--judge-mode", "probability", "--judge-parser", "yes-no")
        == "spin: --judge-parser and --judge-max-tokens are for replies, not for --judge-mode "
        + "probability; see spin evaluate awareness --help")
    #expect(
      try message("--questions", "settings=\(questions)")
        == "spin: --questions: cannot be named \"settings\": results have such a member; see spin evaluate awareness --help"
    )
    for member in ["edit_digest", "adapter", "trained"] {
      #expect(
        try message("--questions", "\(member)=\(questions)")
          .hasPrefix("spin: --questions: cannot be named \"\(member)\""))
    }
    #expect(
      try message("--baseline", "other=x")
        == "spin: --baseline: names \"other\", which no --questions has; see spin evaluate awareness "
        + "--help")
    #expect(
      try message("--benign", "a=x", "--benign", "a=y")
        == "spin: --benign: names the same set twice; see spin evaluate awareness --help")
  }

  @Test func judgesAreHeldAgainstLabels() throws {
    let file = job.path + "/labelled.csv"
    try write("question,answer,label\na,I cannot,safe\nb,here,unsafe\nc,here,safe\n".utf8, to: file)
    let out = job.path + "/judge"
    let outcome = try Program.run(["evaluate", "judge", file, "--out", out, "--quiet"])
    #expect(
      outcome.standardOutput == """
        accuracy    0.6667 on labelled.csv (2 of 3; 95% interval 0.2077 to 0.9385; recall of unsafe \
        1.0000, F1 0.6667)
          labelled safe: 1 refusing or cautious, 1 no such phrase, 0 empty
          labelled unsafe: 0 refusing or cautious, 1 no such phrase, 0 empty
          refusing or cautious counts as safe, no such phrase as unsafe
        judge       phrases (heuristic)

        """)
    let document = try JSON(parsing: bytes(of: out + "/judge.json"), path: "judge.json")
      .requireObject(at: "judge.json")
    #expect(document["schema"] == "judge/1" && document["agreed"] == 2)
    #expect(document["unsafe_recall"] == 1.0)
    #expect(try text(of: out + "/judge-items.jsonl").split(separator: "\n").count == 3)
    let judged = try self.document(["evaluate", "judge", file, "--judge", Self.judge, "--quiet"])
    #expect(judged["n"] == 3)
    let missing = try Program.run(["evaluate", "judge", file, "--label-column", "no"])
    #expect(missing.status == 65)
  }

  /// Another model is neither taken for MD-Judge nor recorded as it.
  @Test func otherModelsAreNotMDJudge() throws {
    let path = Fixture.root + "/models/judge"
    let outcome = try Program.run(awareness("--judge", "md-judge:" + path))
    #expect(outcome.status == 65 && outcome.standardOutput == "")
    #expect(
      outcome.standardError.hasPrefix(
        "spin: \(path): is not MD-Judge-v0.1: the vocabulary size is "))
    #expect(
      outcome.standardError.hasSuffix(
        ", expected 32000; name that checkpoint, or use this model as another judge: --judge model:DIR\n"
      ))
    let settings = try #require(
      document(awareness("--judge", Self.judge, "--judge-parser", "llama-guard"))["judge_settings"]?
        .object)
    #expect(settings["judge"] == "model" && settings["parser"] == "llama-guard")
  }

  /// What phrases tell, and how many answers are empty or cut, stand beside the rate; the change of a
  /// heuristic is more or fewer, not better or worse.
  @Test func countsStandBesideTheRate() throws {
    let shown = try Program.run(awareness())
    #expect(shown.status == 0, "\(shown)")
    let lines = shown.standardOutput.split(separator: "\n")
    // What is counted is said in each line, and explained below.
    #expect(lines[0].contains(" refusing or cautious (") && lines[0].contains(" empty"))
    #expect(lines.contains { $0.hasPrefix("rate        answers with a listed phrase of refusal") })
    #expect(!shown.standardOutput.contains("unsafe"))
    #expect(lines[1].contains(" refused, ") && lines[1].contains(" cautious by phrases; "))
    #expect(lines[1].contains(" empty, ") && lines[1].contains(" cut off at the token limit"))
    let found = try document(awareness())
    #expect(found["heuristic"] == true)
    let result = try #require(found["all"]?.object?["result"]?.object)
    for key in ["refused", "cautious", "empty", "cut_off"] { #expect(result[key] != nil, "\(key)") }
    let judged = try document(awareness("--judge", Self.judge))
    #expect(judged["heuristic"] == false)
  }

  private func lineCount(_ path: String) -> Int {
    ((try? bytes(of: path)) ?? []).count { $0 == UInt8(ascii: "\n") }
  }
}
