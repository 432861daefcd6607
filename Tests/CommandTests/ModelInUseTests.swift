// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINJobs
import SPINStorage
import SPINTestSupport
import Testing

/// Two programs at one model: a result belongs to the model whose hash it has, or there is none.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ModelInUseTests {
  private let job: SmallJob
  private var patch: String { job.path + "/patch.json" }

  init() throws { job = try SmallJob() }

  /// Writes a patch of some weights of the first matrix.
  private func makePatch(scale: Double, name: String = "patch.json") throws -> String {
    let model = try ModelDirectory(path: job.model)
    let tensor = try #require(
      model.tensors.keys.sorted().first { $0.hasSuffix("down_proj.weight") })
    let path = job.path + "/" + name
    try Patch.make(
      model: model, weights: [(tensor, Array(0..<64))], scale: scale, provenance: [:],
      toolVersion: "0"
    ).write(to: path)
    return path
  }

  @Test func aModelThatIsReadIsNotEdited() throws {
    let patch = try makePatch(scale: 0)
    let before = try bytes(of: job.weights)
    let model = try ModelDirectory(path: job.model)
    let refused = try Program.run(["patch", "apply", job.model, patch, "--in-place"])
    #expect(refused.status == 75)
    #expect(
      refused.standardError
        == "spin: \(job.model): is being read or edited by another process; wait "
        + "for it to end, then run the command again\n")
    #expect(try bytes(of: job.weights) == before)
    // Readers do not exclude each other.
    #expect(try Program.run(["inspect", job.model]).status == 0)
    #expect(
      try Program.run(["patch", "apply", job.model, patch, "--out", job.out]).status == 0)
    withExtendedLifetime(model) {}
  }

  /// One lock, whatever the command: it is taken where a model is opened.
  @Test func aModelThatIsEditedIsNotRead() throws {
    let patch = try makePatch(scale: 0)
    let prompts = job.path + "/prompts.txt"
    try write("the a\n".utf8, to: prompts)
    let lock = try DirectoryLock(job.model)
    defer { lock.release() }
    for arguments in [
      ["inspect", job.model], job.score, job.run,
      ["generate", job.model, "--prompts", prompts],
      ["evaluate", "perplexity", job.model, "--text", job.data("general")],
      ["patch", "verify", job.model, patch], ["patch", "diff", job.model, job.model],
      ["patch", "apply", job.model, patch, "--out", job.path + "/copy"],
      ["patch", "apply", job.model, patch, "--in-place"],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 75, "\(arguments) \(outcome)")
      #expect(outcome.standardError.contains("by another process"), "\(outcome)")
    }
    #expect(!FileManager.default.fileExists(atPath: job.path + "/copy"))
  }

  /// The lock needs no right to write: models lie where only their owner may.
  @Test(
    .enabled(
      if: Program.canRunUnprivileged,
      "this system has no setpriv, and the superuser may write anywhere"))
  func aModelThatCannotBeWrittenIsRead() throws {
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: job.model) {
      try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: job.model + "/" + name)
    }
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: job.model)
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: job.model) }
    let outcome = try Program.runUnprivileged(["inspect", job.model])
    #expect(outcome.status == 0, "\(outcome)")
    let patch = try makePatch(scale: 0)
    let refused = try Program.runUnprivileged(["patch", "apply", job.model, patch, "--in-place"])
    #expect(refused.status == 73 || refused.status == 74, "\(refused)")
  }

  /// Two patches of the same weights: at most one is in, and the other one says so.
  @Test func twoEditsAtOnceLoseNone() throws {
    let patches = [try makePatch(scale: 0), try makePatch(scale: 0.5, name: "other.json")]
    let original = try bytes(of: job.weights)
    for round in 0..<12 {
      let runs = try patches.map {
        try Program.start(["patch", "apply", job.model, $0, "--in-place"])
      }
      let statuses = try runs.map { try $0.wait().status }
      #expect(statuses.contains(0), "round \(round): \(statuses)")
      #expect(statuses.allSatisfy { [0, 2, 75].contains($0) }, "round \(round): \(statuses)")
      #expect(statuses.filter { $0 == 0 }.count == 1, "round \(round): \(statuses)")
      for (patch, status) in zip(patches, statuses) where status == 0 {
        #expect(try Program.run(["patch", "verify", job.model, patch]).status == 0)
        #expect(
          try Program.run(["patch", "revert", job.model, patch, "--in-place"]).status == 0)
      }
      #expect(try bytes(of: job.weights) == original)
    }
  }

  /// Other programs know no locks: what they write into the weights meanwhile is noticed before a result is written.
  @Test(arguments: [false, true])
  func aModelThatIsChangedGivesNoResult(isReplaced: Bool) throws {
    let questions = job.path + "/questions.csv"
    let rows = "abcdefghij".map { "\"the \($0), in a \($0)?\"\n" }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
    let weights = job.weights
    let original = try bytes(of: weights)
    let more = job.path + "/more.csv"
    try write(
      ("questions\n" + rows.joined().replacing("the", with: "a")).utf8, to: more)
    // The judge changes the model while it is asked, before the answers to the other questions.
    let server = try StubServer(serving: { number, request in
      if number == 3 {
        if isReplaced {
          var all = (try? bytes(of: weights)) ?? []
          all[all.count - 1] ^= 1
          try? Data(all).write(to: URL(filePath: weights), options: .atomic)
        } else {
          let file = FileHandle(forUpdatingAtPath: weights)
          try? file?.seek(toOffset: UInt64(original.count / 2))
          try? file?.write(contentsOf: Data(count: original.count / 2))
        }
      }
      return .text("safe", to: request)
    })
    func run(_ out: String) throws -> Program.Outcome {
      try Program.run([
        "evaluate", "awareness", job.model, "--questions", "all=\(questions)", "--questions",
        "more=\(more)", "--max-new-tokens",
        "4",
        "--judge", "endpoint:" + server.address, "--judge-model", "m", "--judge-route",
        "completions",
        "--judge-concurrency", "1", "--out", out,
      ])
    }
    let outcome = try run(job.out)
    #expect(outcome.status == 74, "\(outcome)")
    #expect(
      outcome.standardError.contains(
        "\(weights): was changed by another program while it was read, so that results would be those "
          + "of neither version; run the command again when no other program changes the model"),
      "\(outcome)"
    )
    #expect(!FileManager.default.fileExists(atPath: job.out + "/awareness.json"))
    // Nor is anything of it kept for later: with the old weights the same command gives what it gives elsewhere.
    try write(original, to: weights)
    for out in [job.out, job.out + "2"] {
      let outcome = try run(out)
      #expect(outcome.status == 0, "\(outcome)")
    }
    for name in ["/awareness-all-answers.jsonl", "/awareness-more-answers.jsonl"] {
      #expect(try bytes(of: job.out + name) == bytes(of: job.out + "2" + name))
    }
  }

  /// Answers that are kept for a later run are those of the model, too.
  @Test func noAnswerOfAChangedModelIsKept() throws {
    let questions = job.path + "/many.csv"
    let letters = "abcdefghijklmnopqrst"
    let rows = letters.flatMap { one in letters.map { "\"the \(one) in \($0)?\"\n" } }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
    let original = try bytes(of: job.weights)
    func arguments(_ out: String) -> [String] {
      [
        "evaluate", "awareness", job.model, "--questions", "all=\(questions)",
        "--max-new-tokens", "24", "--batch-size", "4", "--threads", "1", "--out", out,
      ]
    }
    func answerCount() -> Int {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: job.out)) ?? []
      return names.filter { $0.hasSuffix(".journal") }.reduce(0) { count, name in
        count + ((try? text(of: job.out + "/" + name)) ?? "").split(separator: "\n").count
      }
    }
    let run = try Program.start(arguments(job.out))
    while run.isRunning, answerCount() < 4 { usleep(500) }
    let file = FileHandle(forUpdatingAtPath: job.weights)
    try file?.seek(toOffset: UInt64(original.count / 2))
    try file?.write(contentsOf: Data(count: original.count / 2))
    #expect(try run.wait().status == 74)
    try write(original, to: job.weights)
    for out in [job.out, job.out + "2"] {
      let outcome = try Program.run(arguments(out))
      #expect(outcome.status == 0, "\(outcome)")
    }
    let name = "/awareness-all-answers.jsonl"
    #expect(try bytes(of: job.out + name) == bytes(of: job.out + "2" + name))
  }

  /// Settings decide results as weights do; a file that was only touched is what it was.
  @Test(arguments: [true, false]) func settingsThatAreChangedGiveNoResult(_ isChanged: Bool) throws
  {
    let questions = job.path + "/many.csv"
    let letters = "abcdefghijklmnopqrst"
    let rows = letters.flatMap { one in letters.map { "\"the \(one) in \($0)?\"\n" } }
    try write(("questions\n" + rows.joined()).utf8, to: questions)
    let run = try Program.start([
      "evaluate", "awareness", job.model, "--questions", "all=\(questions)", "--max-new-tokens",
      "24", "--batch-size", "4", "--threads", "1", "--out", job.out,
    ])
    let journal = job.out + "/.awareness-all-answers.journal"
    while run.isRunning, ((try? text(of: journal)) ?? "").split(separator: "\n").count < 4 {
      usleep(500)
    }
    let config = job.model + "/config.json"
    try write(bytes(of: config) + Array((isChanged ? " " : "").utf8), to: config)
    let outcome = try run.wait()
    #expect(outcome.status == (isChanged ? 74 : 0), "\(outcome)")
    #expect(
      outcome.standardError.contains("config.json: was changed by another program") == isChanged)
  }
}
