// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// A used folder: what differs is named before anything changes, more of the same goes on, and scores of an
/// earlier run can be taken.
struct RequestTests {
  private func run(_ job: SmallJob, _ more: [String], out: String? = nil) throws -> Program.Outcome
  {
    try Program.run(["run"] + job.scoring + ["--out", out ?? job.out, "--quiet"] + more)
  }

  @Test func anotherOptionIsNamedAndNothingChanges() throws {
    let job = try SmallJob()
    #expect(try run(job, ["--count", "30"]).status == 0)
    let before = try FolderContents(of: job.out)
    let selection = try run(job, ["--count", "20"])
    #expect(selection.status == 73)
    #expect(
      job.masked(selection.standardError)
        == "spin: DIR/out: holds the results of another request: --count was 30 and is 20 now; repeat the "
        + "options of that request, choose another --out (its scores can be used there: --scores "
        + "DIR/out/scores), or give --restart to replace what is there\n")
    let scores = try run(job, ["--count", "30", "--seed", "4", "--rule", "union"])
    #expect(scores.status == 73)
    #expect(
      job.masked(scores.standardError)
        == "spin: DIR/out: holds the results of another request: --seed was 0 and is 4 now; --rule was "
        + "paper and is union now; repeat the options of that request, choose another --out, or give "
        + "--restart to replace what is there\n")
    #expect(try FolderContents(of: job.out) == before)
    #expect(try run(job, ["--count", "20", "--restart"]).status == 0)
  }

  /// Documents of others are found before anything is computed or recorded, also below the top of the folder.
  @Test func foreignMeasuresAreFoundFirst() throws {
    let made = try MeasuredJob()
    let job = made.job
    let questions =
      ["--count", "30", "--questions", "fairness=\(made.questions("fairness"))"]
      + ["--max-new-tokens", "4"]
    #expect(try run(job, questions).status == 0)
    try write("{\"mine\": 1}\n".utf8, to: job.out + "/evaluation/perplexity.json")
    let before = try FolderContents(of: job.out)
    let more = try run(job, questions + ["--text", made.text, "--window", "16"])
    #expect(
      more.status == 73 && more.standardError.contains("evaluation/perplexity.json"), "\(more)")
    #expect(try FolderContents(of: job.out) == before)
    try FileManager.default.removeItem(atPath: job.out + "/evaluation/perplexity.json")
    #expect(try run(job, questions).status == 0)
  }

  /// The same of answers, and of files where folders are going to be.
  @Test func foreignItemsAndFoldersAreFoundFirst() throws {
    let made = try MeasuredJob()
    let job = made.job
    let questions = [
      "--questions", "fairness=\(made.questions("fairness"))", "--max-new-tokens", "4",
    ]
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let scoring = job.scoring
    let commands: [(name: String, command: [String])] = [
      (
        "awareness-fairness-answers.jsonl",
        ["evaluate", "awareness", job.model] + questions
      ),
      ("evaluation", ["run"] + scoring + ["--count", "30"] + questions),
      (
        "evaluation", ["sweep", job.model, "--scores", job.out, "--count", "30"] + questions
      ),
      (
        "validation", ["sweep", job.model, "--scores", job.out, "--count", "30"] + questions
      ),
      (
        "origin",
        ["compare"] + scoring + ["--count", "30", "--methods", "spin", "--seeds", "0"] + questions
      ),
    ]
    for (name, command) in commands {
      let folder = try TemporaryDirectory()
      try write("mine\n".utf8, to: folder.file(name))
      let before = try FolderContents(of: folder.path)
      let outcome = try Program.run(command + ["--out", folder.path, "--quiet"])
      #expect(outcome.status == 73, "\(name): \(outcome)")
      #expect(outcome.standardError.contains(name), "\(outcome.standardError)")
      #expect(try FolderContents(of: folder.path) == before, "\(name)")
      guard command[0] != "evaluate" else { continue }
      let plan = try Program.run(command + ["--out", folder.path, "--quiet", "--dry-run"])
      #expect(plan.status == 73 && plan.standardError == outcome.standardError, "\(name): \(plan)")
    }
  }

  /// Whatever a measure writes may be another's file, hidden ones and folders included.
  @Test func anyFileOfAMeasureMayBeForeign() throws {
    let made = try MeasuredJob()
    let (model, questions) = (made.job.model, made.questions("fairness"))
    let (task, labels) = (made.job.path + "/task.jsonl", made.job.path + "/labels.csv")
    try write(
      "{\"context\": \"the\", \"choices\": [\" a\", \" in\"], \"gold\": 0}\n".utf8, to: task)
    try write("question,answer,label\nthe a,I cannot,safe\nin the,yes,unsafe\n".utf8, to: labels)
    let answers = ["--questions", "fairness=\(questions)", "--max-new-tokens", "4"]
    for command in [
      ["awareness", model] + answers + ["--benign", "fine=\(questions)"],
      ["perplexity", model, "--text", made.text, "--window", "16"],
      ["choices", model, "--task", task], ["judge", labels],
    ] {
      let first = try TemporaryDirectory()
      func run(_ folder: String) throws -> Program.Outcome {
        try Program.run(["evaluate"] + command + ["--out", folder, "--quiet"])
      }
      #expect(try run(first.path).status == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: first.path).filter {
        $0 != ".spin-files"
      }
      #expect(names.count >= 2, "\(command): \(names)")
      for name in names {
        let folder = try TemporaryDirectory()
        try write("mine\n".utf8, to: folder.file(name))
        let before = try FolderContents(of: folder.path)
        let outcome = try run(folder.path)
        #expect(outcome.status == 73 && outcome.standardError.contains(name), "\(name): \(outcome)")
        #expect(try FolderContents(of: folder.path) == before, "\(name)")
      }
    }
  }

  /// The folder that one is in has a record like any other.
  @Test func theFolderOneIsInIsNoException() throws {
    let job = try SmallJob()
    let arguments = job.run.dropFirst().prefix { $0 != "--out" }
    let folder = try TemporaryDirectory()
    func run(_ out: String, _ options: String = "") throws -> Program.Outcome {
      try Program.run(
        script: "cd \"$1\"; shift; exec \"$0\" run \"$@\" --quiet --out \(out) \(options)",
        [folder.path] + arguments)
    }
    try write("mine\n".utf8, to: folder.file("report.html"))
    for out in [".", "./", "./."] {
      let outcome = try run(out)
      #expect(outcome.status == 73 && outcome.standardError.contains("report.html"), "\(outcome)")
    }
    try FileManager.default.removeItem(atPath: folder.file("report.html"))
    #expect(try run(".").status == 0)
    #expect(FileManager.default.fileExists(atPath: folder.file(".spin-files")))
    let before = try FolderContents(of: folder.path)
    #expect(try run("./").status == 0)
    #expect(try FolderContents(of: folder.path) == before)
    #expect(try run(".", "--restart").status == 0)
  }

  /// Files are named; what tells them apart is their content.
  @Test func anotherTextIsNamedByItsFile() throws {
    let job = try SmallJob()
    let (first, same, other) = (job.path + "/a.txt", job.path + "/b.txt", job.path + "/c.txt")
    try write(String(repeating: "the in a ", count: 60).utf8, to: first)
    try write(String(repeating: "the in a ", count: 60).utf8, to: same)
    try write(String(repeating: "a in the ", count: 60).utf8, to: other)
    func options(_ text: String) -> [String] {
      ["--count", "30", "--text", text, "--window", "32"]
    }
    #expect(try run(job, options(first)).status == 0)
    #expect(try run(job, options(same)).status == 0)
    let outcome = try run(job, options(other))
    #expect(outcome.status == 73)
    let expected =
      #/another request: --text was a.txt \([0-9a-f]{12}\) and is c.txt \([0-9a-f]{12}\) now; /#
    #expect(outcome.standardError.contains(expected), "\(outcome.standardError)")
  }

  @Test func scoresOfAnEarlierRunAreTaken() throws {
    let job = try SmallJob()
    #expect(try run(job, ["--count", "30"]).status == 0)
    let scores = try FolderContents(of: job.out + "/scores")
    let (other, fresh) = (job.path + "/other", job.path + "/fresh")
    let taken = ["--count", "20", "--scores", job.out + "/scores"]
    #expect(try run(job, taken, out: other).status == 0)
    #expect(try FolderContents(of: job.out + "/scores") == scores)
    #expect(!FileManager.default.fileExists(atPath: other + "/scores"))
    #expect(try run(job, ["--count", "20"], out: fresh).status == 0)
    #expect(try text(of: other + "/patch.json") == text(of: fresh + "/patch.json"))
    // Also where the run is made anew.
    #expect(try run(job, taken + ["--restart"], out: other).status == 0)
    #expect(try FolderContents(of: job.out + "/scores") == scores)

    let wrong = try run(
      job, ["--count", "20", "--scores", job.out + "/scores", "--nsamples", "7"],
      out: job.path + "/wrong")
    #expect(wrong.status == 64)
    #expect(
      wrong.standardError.contains("with --nsamples 8, this command says 7"),
      "\(wrong.standardError)")
    #expect(!FileManager.default.fileExists(atPath: job.path + "/wrong"))
  }

  @Test func aMeasureAndALargerLimitContinueWhatIsThere() throws {
    let measured = try MeasuredJob()
    let job = measured.job
    let small =
      ["--count", "30"] + measured.measures + ["--question-limit", "6", "--text-limit", "2"]
    #expect(try run(job, ["--count", "30"]).status == 0)
    #expect(try run(job, small).status == 0)
    let larger = ["--count", "30"] + measured.measures + ["--question-limit", "12"]
    let dry = try Program.run(
      ["run"] + job.scoring + ["--out", job.out, "--dry-run"] + larger)
    #expect(dry.standardError.contains("6 of 12 done already"), "\(dry.standardError)")
    #expect(try run(job, larger).status == 0)
    let fresh = job.path + "/fresh"
    #expect(try run(job, larger, out: fresh).status == 0)
    for name in ["awareness.json", "perplexity.json"] {
      #expect(
        try text(of: "\(job.out)/evaluation/\(name)") == text(of: "\(fresh)/evaluation/\(name)"))
    }
    let smaller = try run(job, small)
    #expect(smaller.status == 73)
    #expect(smaller.standardError.contains("--question-limit was 12 and is 6 now"))
    let without = try run(job, ["--count", "30"])
    #expect(without.status == 73)
    #expect(without.standardError.contains("and is not given now"))
  }

  /// Files of others are theirs, whatever they are called, and the model is never discarded.
  @Test func restartDiscardsOnlyWhatARunLeft() throws {
    let job = try SmallJob()
    try FileManager.default.createDirectory(
      atPath: job.out + "/rounds", withIntermediateDirectories: true)
    try write("mine".utf8, to: job.out + "/rounds/notes.txt")
    #expect(try run(job, ["--count", "30"]).status == 0)
    let again = try run(job, ["--count", "20", "--restart"])
    #expect(again.status == 0, "\(again)")
    #expect(try text(of: job.out + "/rounds/notes.txt") == "mine")

    // The model of the job is called model, and OUT is where it lies, or in it.
    let before = try FolderContents(of: job.path)
    for out in [job.path, job.model, job.model + "/run", job.path + "/."] {
      for restart in [[], ["--restart"]] {
        let inside = try run(job, ["--count", "30"] + restart, out: out)
        #expect(inside.status == 73, "\(inside)")
        #expect(inside.standardError.contains("which this command reads; choose a separate path"))
        #expect(try FolderContents(of: job.path) == before)
      }
    }
  }

  /// Results have names that others use, too, and so may inputs.
  @Test(arguments: ["report.md", "data.json", "manifest.json", "patch.json", "request.json"])
  func filesOfOthersAreNotReplaced(_ name: String) throws {
    let job = try SmallJob()
    try FileManager.default.createDirectory(
      atPath: job.out, withIntermediateDirectories: true)
    try write("{}".utf8, to: "\(job.out)/\(name)")
    for restart in [[], ["--restart"]] {
      let outcome = try run(job, ["--count", "30"] + restart)
      #expect(outcome.status != 0, "\(outcome)")
      #expect(try text(of: "\(job.out)/\(name)") == "{}")
      #expect(try FileManager.default.contentsOfDirectory(atPath: job.out) == [name])
    }
  }

  /// Weights do not say how they are computed with: a changed configuration is another model.
  @Test func aChangedConfigurationIsNamed() throws {
    let job = try SmallJob()
    #expect(try run(job, ["--count", "30"]).status == 0)
    try job.replace("1e-05", with: "1e-02", in: job.configuration)
    let outcome = try run(job, ["--count", "30"])
    #expect(outcome.status == 73, "\(outcome)")
    #expect(
      outcome.standardError.contains("configuration and tokenizer of MODEL was "), "\(outcome)")
  }

  /// Scores are of weights and of how a model computes with them.
  @Test func scoresOfAnotherConfigurationAreNotTaken() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    try job.replace("1e-05", with: "1e-02", in: job.configuration)
    let patch = job.path + "/patch.json"
    for (arguments, status, message) in [
      (job.score + ["--quiet"], 73, "config.json of MODEL was "),
      (
        ["run"] + job.scoring + ["--count", "30", "--scores", job.out, "--out", job.path + "/run"],
        64,
        "with config.json of MODEL "
      ),
      (
        ["select", job.model, "--scores", job.out, "--count", "30", "--out", patch], 65,
        "of this model with another config.json"
      ),
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == status, "\(outcome)")
      #expect(outcome.standardError.contains(message), "\(outcome)")
    }
    #expect(!FileManager.default.fileExists(atPath: patch))
  }

  /// A score file that was changed gives no patch: its folder has its digest.
  @Test func changedScoresAreNotTaken() throws {
    let job = try SmallJob()
    #expect(try Program.run(job.score + ["--quiet"]).status == 0)
    let scores = job.out + "/fairness.safetensors"
    let written = try bytes(of: scores)
    var changed = written
    changed[changed.count - 1] ^= 1
    try write(changed, to: scores)
    let patch = job.path + "/patch.json"
    for arguments in [
      ["select", job.model, "--scores", job.out, "--count", "30", "--out", patch],
      ["run"] + job.scoring + ["--count", "30", "--scores", job.out, "--out", job.path + "/run"],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 65, "\(outcome)")
      #expect(outcome.standardError.contains("was changed since spin wrote it"), "\(outcome)")
    }
    #expect(!FileManager.default.fileExists(atPath: patch))
    // Elsewhere there is no record, and a file is what its owner says.
    let copy = job.path + "/copy"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
    for name in SmallJob.dataSets {
      try write(bytes(of: "\(job.out)/\(name).safetensors"), to: "\(copy)/\(name).safetensors")
    }
    try write(written, to: copy + "/fairness.safetensors")
    let outcome = try Program.run(
      ["select", job.model, "--scores", copy, "--count", "30", "--out", patch])
    #expect(outcome.status == 0, "\(outcome)")
  }

  /// What is trained depends on the configuration, and holds the tokenizer.
  @Test func aTrainingOfAnotherConfigurationIsAnother() throws {
    let job = try SmallJob()
    let options = [
      "--max-steps", "1", "--lora-r", "2", "--no-append-eos", "--threads", "1", "--quiet",
    ]
    let training = ["train", "lora", job.model, "--data", job.data("general")] + options
    #expect(try Program.run(training + ["--out", job.out]).status == 0)
    try job.replace("1e-05", with: "1e-02", in: job.configuration)
    let outcome = try Program.run(training + ["--out", job.out])
    #expect(outcome.status == 73, "\(outcome)")
    #expect(outcome.standardError.contains("settings_sha256"), "\(outcome)")
  }

  /// What the user added to the saved model stays, under another name, and a model that lacks a file is made again.
  @Test func theSavedModelIsMadeAgain() throws {
    let job = try SmallJob()
    let saved = ["--count", "30", "--save-model"]
    #expect(try run(job, saved).status == 0)
    let config = job.out + "/model/config.json"
    let expected = try bytes(of: config)
    try FileManager.default.removeItem(atPath: config)
    #expect(try run(job, saved).status == 0)
    #expect(try bytes(of: config) == expected)
    try write("mine".utf8, to: job.out + "/model/notes.txt")
    let outcome = try run(job, saved + ["--restart"])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try bytes(of: config) == expected)
    #expect(try text(of: job.out + "/model.changed/notes.txt") == "mine")
  }

  /// A folder of somebody else's in the place of the saved model is found before the work, and is never moved.
  @Test func aModelOfSomebodyElseStays() throws {
    let job = try SmallJob()
    let mine = job.out + "/model/notes.txt"
    try FileManager.default.createDirectory(
      atPath: job.out + "/model", withIntermediateDirectories: true)
    try write("mine".utf8, to: mine)
    for restart in [[], ["--restart"]] {
      let outcome = try run(job, ["--count", "30", "--save-model"] + restart)
      #expect(outcome.status == 73, "\(outcome)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: job.out) == ["model"])
      #expect(try run(job, ["--count", "30"] + restart).status == 0)
      #expect(try text(of: mine) == "mine")
      for name in try FileManager.default.contentsOfDirectory(atPath: job.out) where name != "model"
      {
        try FileManager.default.removeItem(atPath: job.out + "/" + name)
      }
    }
  }

  /// A refused command leaves the request as it was, and a file that was renamed is the same data.
  @Test func aRefusedCommandLeavesTheRequest() throws {
    let job = try SmallJob()
    #expect(try run(job, ["--count", "30"]).status == 0)
    let before = try FolderContents(of: job.out)
    let renamed = job.path + "/renamed.csv"
    try FileManager.default.copyItem(atPath: job.data("privacy"), toPath: renamed)
    let scoring = job.scoring.map { $0.hasPrefix("privacy=") ? "privacy=\(renamed)" : $0 }
    let same = try Program.run(["run"] + scoring + ["--count", "30", "--out", job.out])
    #expect(same.status == 0, "\(same)")
    try write(("prompt,response\n" + String(repeating: "a,b\n", count: 12)).utf8, to: renamed)
    let other = try Program.run(["run"] + scoring + ["--count", "30", "--out", job.out])
    #expect(other.status == 73, "\(other)")
    #expect(
      try FolderContents(of: job.out).digests.filter { $0.key.hasPrefix("scores") }
        == before.digests.filter { $0.key.hasPrefix("scores") })
    #expect(try run(job, ["--count", "30"]).status == 0)
  }

  /// What was measured once stays as it is recorded, time and memory included.
  @Test func aFinishedRunIsNotRecordedAgain() throws {
    let job = try SmallJob()
    #expect(try run(job, ["--count", "30"]).status == 0)
    let before = try FolderContents(of: job.out)
    #expect(try run(job, ["--count", "30", "--threads", "1"]).status == 0)
    #expect(try FolderContents(of: job.out) == before)
  }

  /// A comparison's folder is not a run's, and a run's folder has its scores inside.
  @Test func foldersAreToldApart() throws {
    let job = try SmallJob()
    #expect(try run(job, ["--count", "30"]).status == 0)
    let inner = try run(
      job, ["--count", "20", "--scores", job.out], out: job.path + "/taken")
    #expect(inner.status == 0, "\(inner)")
    try write("questions\nwho is it?\nwhat is a?\n".utf8, to: job.path + "/questions.csv")
    let compared = try Program.run(
      ["compare"] + job.scoring
        + ["--count", "30", "--questions", "a=\(job.path)/questions.csv", "--out", job.out])
    #expect(compared.status == 73)
    #expect(
      compared.standardError.contains("request: the command was run and is compare now; repeat"))
  }

  /// What stands in scoring data is no test of the edit.
  @Test func questionsThatWereScoredAreLeftOut() throws {
    let measured = try MeasuredJob()
    let outcome = try Program.run(
      ["run"] + measured.job.scoring + ["--count", "30", "--out", measured.job.out, "--quiet"]
        + measured.measures)
    #expect(outcome.status == 0)
    #expect(
      outcome.standardOutput.contains("1 of the 20 questions asked is in the data and left out"))
  }
}
