// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage
import SPINTestSupport
import Testing

@testable import SPINCommandLine

/// Advice names what the command at hand has, and what was typed.
struct AdviceTests {
  private let job: SmallJob

  init() throws { job = try SmallJob() }

  /// A column that is not there is named by the option of the command.
  @Test func columnsAreNamedByTheOptionOfTheCommand() throws {
    let questions = job.path + "/q.csv"
    try write("question\nwhy\n".utf8, to: questions)
    for (arguments, option) in [
      (["generate", job.model, "--prompts", questions], "--prompt-column"),
      (["tokenize", job.model, "--prompts", questions], "--prompt-column"),
      (["evaluate", "awareness", job.model, "--questions", "q=" + questions], "--question-column"),
      (
        [
          "evaluate", "coupling", job.model, "--questions", "q=" + questions, "--questions",
          "r=" + questions,
        ],
        "--question-column"
      ),
      (["evaluate", "judge", questions], "--answer-column"),
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 65)
      #expect(outcome.standardError.hasSuffix("name the one to use with \(option)\n"), "\(outcome)")
    }
  }

  /// A later record without the key is mended in the file; no option helps.
  @Test func aLaterRecordWithoutTheKeyIsMendedInTheFile() throws {
    let prompts = job.path + "/p.jsonl"
    try write("{\"prompt\": \"a\"}\n{\"text\": \"b\"}\n".utf8, to: prompts)
    let outcome = try Program.run(["generate", job.model, "--prompts", prompts])
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR/p.jsonl: line 2: has no key \"prompt\", only \"text\"; give every object the same keys\n"
    )
  }

  /// Blank questions would count in every rate.
  @Test(arguments: ["questions\nwhy\n\"\"\nhow\n", "questions\nwhy\n\" \"\nhow\n"])
  func blankQuestionsAreRefused(_ table: String) throws {
    let questions = job.path + "/q.csv"
    try write(table.utf8, to: questions)
    for arguments in [
      ["evaluate", "awareness", job.model, "--questions", "q=" + questions],
      job.run + ["--questions", "q=" + questions],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 65, "\(outcome)")
      #expect(
        job.masked(outcome.standardError)
          == "spin: DIR/q.csv: line 3: the text is blank; fill the cell, or remove the row\n")
    }
  }

  /// Scores are made here: what is damaged is scored again, not downloaded.
  @Test func damagedScoresAreScoredAgain() throws {
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let file = job.out + "/privacy.safetensors"
    let whole = try bytes(of: file)
    var flipped = whole
    flipped[9] ^= 0x40
    for damaged in [Array(whole.dropLast(5)), flipped, []] {
      try write(damaged, to: file)
      let outcome = try Program.run(["select", job.model, "--scores", job.out, "--count", "5"])
      #expect(outcome.status == 65, "\(outcome)")
      #expect(
        outcome.standardError.hasSuffix(
          "; score again: repeat the command that wrote it, spin score or spin run, with --restart\n"
        ),
        "\(outcome.standardError)")
    }
  }

  /// Another window is named, with the one that resumes.
  @Test func anotherWindowIsNamed() throws {
    let text = job.path + "/text.txt"
    try write(String(repeating: "the in a ", count: 60).utf8, to: text)
    let command = [
      "evaluate", "perplexity", job.model, "--text", text, "--out", job.out, "--window",
    ]
    #expect(try Program.run(command + ["32"]).status == 0)
    let other = try Program.run(command + ["16"])
    #expect(other.status == 73)
    #expect(
      other.standardError.contains("of another request: --window was 32 and is 16 now; repeat"))
    // Unfinished, it can be resumed.
    try FileManager.default.removeItem(atPath: job.out + "/perplexity.json")
    let outcome = try Program.run(command + ["16"])
    #expect(outcome.status == 73)
    #expect(
      outcome.standardError.hasSuffix(
        ": --window was 32 and is 16; give --window 32 to resume, or choose another --out\n"),
      "\(outcome.standardError)")
  }

  @Test func whatAModelIsToAPatchComesWithWhatToDo() throws {
    #expect(try Program.run(job.run + ["--quiet"]).status == 0)
    let outcome = try Program.run(["patch", "verify", job.model, job.out + "/patch.json"])
    #expect(outcome.status == 2)
    #expect(
      outcome.standardError.hasSuffix(
        "is unpatched, expected patched; give the patched model, or apply the patch: spin patch apply MODEL "
          + "PATCH; --expect unpatched checks a reverted model\n"), "\(outcome.standardError)")
  }

  /// A factor beyond all that weights can take writes nothing; PatchTests has those that overflow a type.
  @Test func aFactorThatOverflowsWritesNothing() throws {
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let patch = job.path + "/patch.json"
    let outcome = try Program.run(
      [
        "select", job.model, "--scores", job.out, "--count", "30", "--scale", "1e45", "--out",
        patch,
      ])
    #expect(outcome.status == 64, "\(outcome)")
    #expect(outcome.standardError.hasPrefix("spin: --scale: is 1e45, expected -1"), "\(outcome)")
    #expect(FileSystem.status(patch) == nil)
  }

  /// Paths of the cache are called what was typed; a remedy stays a command that works.
  @Test func cachedFilesAreCalledWhatWasTyped() {
    NamedInputs.register("/cache/files/ab12/privacy.csv", as: "spin:privacy")
    NamedInputs.register("/cache/hub/models--o--n/snapshots/c", as: "o/n")
    #expect(NamedInputs.named("/cache/files/ab12/privacy.csv: line 3") == "spin:privacy: line 3")
    #expect(
      NamedInputs.named("/cache/hub/models--o--n/snapshots/c/config.json: key \"x\"")
        == "o/n: config.json: key \"x\"")
    #expect(NamedInputs.named("/cache/hub/models--o--n/snapshots/c: no") == "o/n: no")
  }

  /// The answers of a run are in a folder of its own, which is what works.
  @Test func answersOfARunAreFound() throws {
    let made = try MeasuredJob()
    let job = made.job
    #expect(try Program.run(job.run + made.measures + ["--quiet"]).status == 0)
    let outcome = try Program.run(["evaluate", "phrases", "--answers", job.out])
    #expect(outcome.status == 66)
    #expect(
      job.masked(outcome.standardError)
        == "spin: DIR/out: has no answers, files such as awareness-privacy-before.jsonl; give the folder "
        + "DIR/out/evaluation, which has some\n")
    let advised = ["evaluate", "phrases", "--answers", job.out + "/evaluation"]
    #expect(try Program.run(advised).status == 0)
    let none = try Program.run(["evaluate", "phrases", "--answers", job.model])
    #expect(
      none.standardError.contains("give the folder that `spin evaluate awareness --out` wrote"))
  }

  /// A folder of measures is no run: what is missing there is measured into it.
  @Test func aFolderOfMeasuresIsAdvisedItself() throws {
    let made = try MeasuredJob()
    let job = made.job
    let questions = ["--questions", "privacy=\(made.questions("privacy"))"]
    let measured = try Program.run(
      ["evaluate", "awareness", job.model, "--max-new-tokens", "4", "--quiet", "--out", job.out]
        + questions)
    #expect(measured.status == 0, "\(measured)")
    let report = try Program.run(["report", job.out]).standardOutput
    #expect(report.contains("`spin evaluate perplexity MODEL --text FILE --out DIR`"))
    #expect(report.contains("`spin evaluate phrases --answers DIR --out DIR`"))
    #expect(!report.contains("RUN/"))
  }

  /// Progress and result of a sweep say which selection an edit is, not its digest.
  @Test func editsOfASweepAreNamedByTheirSelection() throws {
    let made = try MeasuredJob()
    let job = made.job
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let sweep = job.path + "/sweep"
    let outcome = try Program.run(
      [
        "sweep", job.model, "--scores", job.out, "--count", "10,30", "--threads", "1", "--out",
        sweep,
      ]
        + made.measures)
    #expect(outcome.status == 0, "\(outcome)")
    for count in [10, 30] {
      #expect(outcome.standardError.contains("privacy (paper, q = a count of \(count)) 10 in "))
    }
    let document = try String(contentsOfFile: sweep + "/sweep.json", encoding: .utf8)
    #expect(document.contains("\"label\": \"paper, q = a count of 30\""))
    let name = try #require(document.firstMatch(of: /"name": "([0-9a-f]{12})"/)).1
    #expect(!outcome.standardError.contains(name) && !outcome.standardOutput.contains(name))
  }
}
