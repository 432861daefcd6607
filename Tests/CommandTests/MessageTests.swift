// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

@testable import SPINCommandLine

/// Messages name the file, the row and what is wrong with it.
struct MessageTests {
  /// The text of interrupted work is named by its file, and a file that was changed is said to be.
  @Test func theTextToResumeWithIsNamed() throws {
    let job = try SmallJob()
    let (one, other) = (job.path + "/one.txt", job.path + "/other.txt")
    try write(String(repeating: "the a in ", count: 60).utf8, to: one)
    try write(String(repeating: "in the a ", count: 60).utf8, to: other)
    let out = job.path + "/out"
    func perplexity(_ text: String) throws -> Program.Outcome {
      try Program.run(
        [
          "evaluate", "perplexity", job.model, "--text", text, "--window", "16", "--quiet", "--out",
          out,
        ])
    }
    #expect(try perplexity(one).status == 0)
    try FileManager.default.removeItem(atPath: out + "/perplexity.json")
    let outcome = try perplexity(other)
    #expect(outcome.status == 73)
    #expect(
      job.masked(outcome.standardError).contains(
        "; give --text DIR/one.txt to resume, or choose another --out"), "\(outcome.standardError)")
    try write(String(repeating: "a the in ", count: 60).utf8, to: one)
    let changed = try perplexity(one)
    #expect(changed.status == 73)
    #expect(
      job.masked(changed.standardError).contains(
        "; give --text DIR/one.txt as it was when its SHA-256 began with "),
      "\(changed.standardError)")
  }

  /// A damaged record is what is wrong, not the place of the results.
  @Test func aDamagedRecordIsSaid() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let record = job.out + "/.spin-files"
    let whole = try bytes(of: record)
    for damaged in [whole + Array("nonsense\n".utf8), Array("nonsense\n".utf8) + whole] {
      try write(damaged, to: record)
      let outcome = try Program.run(
        [
          "select", job.model, "--scores", job.out, "--count", "30", "--out",
          job.path + "/patch.json",
        ])
      #expect(outcome.status == 65)
      let said = job.masked(outcome.standardError)
      #expect(
        said.hasPrefix("spin: DIR/out/.spin-files: the record of this folder is damaged (it "),
        "\(said)")
      #expect(
        said.hasSuffix(
          "make the results of this folder anew, or remove the record to take them on trust\n"))
      #expect(!said.contains("--out"))
    }
  }

  /// What is wrong with a question names the file and the line.
  @Test(arguments: ["csv", "txt"])
  func aQuestionIsNamedByItsLine(_ form: String) throws {
    let job = try SmallJob()
    let long = String(repeating: "the ", count: 400)
    let questions = "\(job.path)/questions.\(form)"
    try write(
      (form == "csv" ? "questions\nthe a\n\(long)\n" : "the a\n\n\(long)\n").utf8, to: questions)
    let awareness = try Program.run(
      ["evaluate", "awareness", job.model, "--questions", "a=\(questions)", "--quiet"])
    #expect(awareness.status == 65, "\(awareness)")
    #expect(
      job.masked(awareness.standardError).hasPrefix("spin: DIR/questions.\(form): line 3: has "),
      "\(awareness.standardError)")
    let generated = try Program.run(
      ["generate", job.model, "--prompts", questions, "--prompt-column", "questions", "--quiet"]
        .filter { form == "csv" || !["--prompt-column", "questions"].contains($0) })
    #expect(generated.status == 65, "\(generated)")
    #expect(
      job.masked(generated.standardError).hasPrefix("spin: DIR/questions.\(form): line 3: has "),
      "\(generated.standardError)")
    let run = try Program.run(
      job.run + ["--questions", "a=\(questions)", "--quiet"])
    #expect(
      job.masked(run.standardError).hasPrefix("spin: DIR/questions.\(form): line 3: has "),
      "\(run.standardError)")
  }

  @Test func pValuesAreBoundedAsOnPages() throws {
    func answers(_ text: String) -> [QuestionAnswer] {
      (0..<40).map { QuestionAnswer(question: "q \($0)", answer: text) }
    }
    let text = try PhraseFrequencies(
      .forQuestions(named: "fairness"), before: answers("yes"), after: answers("I cannot"),
      at: "answers"
    ).text("fairness")
    #expect(text.contains("< 0.0001"), "\(text)")
    #expect(!text.contains("e-"), "\(text)")
  }

  @Test func oneIsSingular() throws {
    let job = try SmallJob()
    let outcome = try Program.run(
      [
        "score", job.model, "--data", "privacy=\(job.data("privacy"))", "--nsamples", "1",
        "--dry-run",
      ]
        + ["--out", job.out])
    #expect(outcome.standardError.contains(": 1 sample, "), "\(outcome.standardError)")
    #expect(!outcome.standardError.contains(" 1 samples"))
  }

  /// What decides the format of scoring is named where it was given.
  @Test func theHintNamesTheOptionThatDecides() throws {
    let job = try SmallJob()
    try write(
      """
      {"chat_template": "{% for message in messages %}{{ message['content'] }}{% endfor %}"}
      """.utf8, to: job.model + "/tokenizer_config.json")
    let questions = job.path + "/questions.csv"
    try write("questions\nthe a\nin the\n".utf8, to: questions)
    let outcome = try Program.run(
      job.run + ["--questions", "a=\(questions)", "--dry-run", "--prompt-format", "raw"]
        + ["--scoring-format", "chat"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(
      outcome.standardError.contains("template (--scoring-format raw: as in the paper)"),
      "\(outcome.standardError)")
    #expect(!outcome.standardError.contains("(--prompt-format raw"))
  }
}
