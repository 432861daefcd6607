// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// Runs the built program on the scores of a fixture and looks at what a user sees.
@Suite struct SelectCommandTests {
  private let directory: TemporaryDirectory
  private let model: String

  init() throws {
    directory = try TemporaryDirectory()
    let fixture = try Fixture(family: "llama")
    model = fixture.path
    let files = try ModelDirectory(path: model).fileHashes()
    for name in ["privacy", "fairness", "general"] {
      let prefix = "\(name)/importance/"
      let matrices = try fixture.names.filter { $0.hasPrefix(prefix) }.map { tensor in
        let shape = try fixture.shape(tensor)
        let scores = try fixture.floats(tensor)
        var collector = try TopScoreCollector(
          tensor: String(tensor.dropFirst(prefix.count)), rows: shape[0], columns: shape[1],
          keeping: scores.count / 2)
        try collector.add(scores.span, at: 0)
        return collector.finish()
      }
      let provenance = ScoreProvenance(
        tool: SPINVersion.tool, modelFiles: files, dataSet: name, dataFile: name + ".csv",
        dataDigest: "d", rows: [0], seed: 0, sampleDigest: "s", sampleCount: 1, tokenCount: 2,
        responseTokenCount: 1, truncatedCount: 0, skippedCount: 0, emptyCount: 0,
        keep: .share(0.5), targetModule: .all, firstResponseToken: "bos", overflow: "error")
      try ScoreFile(provenance: provenance, matrices: matrices)
        .write(to: ScoreDirectory(path: directory.path).path(of: name))
    }
  }

  @Test func aSelectionLeavesItsPatchAndItsSets() throws {
    let patchPath = directory.file("patch.json")
    let selectionPath = directory.file("selection.json")
    let done = try select(
      "--p", "0.1", "--q", "0.1", "--out", patchPath, "--selection", selectionPath)
    #expect(done.status == 0)
    #expect(done.output.hasPrefix("rule paper, A = privacy and B = fairness at q = 0.1"))
    // `Tests/Fixtures/models/llama/selection.json`: 155 weights.
    #expect(done.output.contains("selected 155 weights"))
    let patch = try Patch(path: patchPath)
    let selection = try CoupledSet(path: selectionPath)
    #expect(patch.weightCount == 155)
    #expect(selection.count == 155)
    let selected = selection.weights.sorted { $0.tensor < $1.tensor }
    #expect(patch.tensors.map(\.name) == selected.map(\.tensor))
    #expect(patch.tensors.map(\.indices) == selected.map(\.indices))
    #expect(patch.provenance == selection.provenance)
  }

  /// A file that is no patch or selection of ours is not written over, the scores least of all.
  @Test func filesOfOthersAreNotReplaced() throws {
    let scores = directory.file("privacy.safetensors")
    let notes = directory.file("notes.json")
    try write("{\"mine\": true}".utf8, to: notes)
    for (option, path) in [
      ("--out", notes), ("--selection", notes), ("--out", scores), ("--out", directory.path),
    ] {
      let before = try FolderContents(of: directory.path)
      let outcome = try select("--p", "0.1", "--q", "0.1", option, path)
      #expect(outcome.status == 73, "\(option) \(path)")
      #expect(try FolderContents(of: directory.path) == before)
    }
  }

  /// A patch or a selection of another request stays: it may be what undoes an edit, or what somebody compares with.
  @Test func anotherSelectionIsNotReplaced() throws {
    let (patch, selection) = (directory.file("patch.json"), directory.file("selection.json"))
    func expect(_ status: Int32, _ message: String, _ options: String...) throws {
      let before = try FolderContents(of: directory.path)
      let outcome = try run(["select", model, "--scores", directory.path] + options)
      #expect(outcome.status == status, "\(options): \(outcome)")
      #expect(message.isEmpty || outcome.errors.contains(message), "\(options): \(outcome)")
      if status != 0 { #expect(try FolderContents(of: directory.path) == before) }
    }
    try expect(0, "", "--p", "0.1", "--q", "0.1", "--out", patch, "--selection", selection)
    try expect(
      73,
      "patch.json: is the patch of another request: p was 0.1 and is 0.02 now; q was 0.1 and is 0.02 now; "
        + "choose another file, or remove this one to have it replaced",
      "--p", "0.02", "--q", "0.02", "--out", patch)
    try expect(
      73, "selection.json: is the selection of another request: rule was paper and is union now",
      "--p", "0.1", "--q", "0.1", "--rule", "union", "--selection", selection)
    // Nothing is written where one of the two is refused.
    try expect(
      73, "is the patch of another request: scale was 0 and is 0.5 now", "--p", "0.1", "--q", "0.1",
      "--scale", "0.5", "--out", patch, "--selection", directory.file("new.json"))
    try expect(
      0, "", "--p", "0.1", "--q", "0.1", "--out", patch, "--selection", selection)
    try FileManager.default.removeItem(atPath: patch)
    try expect(0, "", "--p", "0.02", "--q", "0.02", "--out", patch)
    try write("{\"schema\": \"\(Patch.schema)\"}".utf8, to: patch)
    try expect(65, "or remove this one", "--p", "0.02", "--q", "0.02", "--out", patch)
  }

  @Test func otherRulesAndSharesNeedNoOtherScores() throws {
    #expect(try select("--p", "0.02", "--q", "0.02").output.contains("selected 17 weights"))
    let released = try select("--p", "0.3", "--q", "0.3", "--rule", "released-code")
    #expect(released.output.contains("selected 426 weights"))
  }

  @Test func jsonIsAllThatIsPrintedAndWarningsGoElsewhere() throws {
    let done = try select("--json", "--allow-empty")
    #expect(done.status == 0)
    let set = try CoupledSet(
      json: JSON(parsing: Array(done.output.utf8), path: "output"), path: "output")
    #expect(set.count == 0)
    #expect(done.errors.hasPrefix("warning: the selection is empty"))
    #expect(done.errors.contains("get no weight at --q 5e-07"))
  }

  @Test func wrongInputIsRefusedAndLeavesNothing() throws {
    let out = directory.file("patch.json")
    let more = try select("--p", "0.9", "--q", "0.9", "--out", out)
    #expect(more.status == 65)
    #expect(more.errors.contains("scores were kept; score again with --keep"))
    let missing = try select("--pair", "privacy,other", "--out", out)
    #expect(missing.status == 66)
    #expect(missing.errors.contains("only of fairness, general, privacy"))
    let both = try select("--count", "3", "--p", "0.1", "--out", out)
    #expect(both.status == 64)
    let other = try run([
      "select", Fixture.root + "/models/qwen2", "--scores", directory.path, "--out", out,
    ])
    #expect(other.status == 65)
    #expect(other.errors.contains("holds scores of another model: of "))
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  private struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  private func select(_ arguments: String...) throws -> Outcome {
    try run(["select", model, "--scores", directory.path] + arguments)
  }

  private func run(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    // The program lies beside the tests.
    process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "spin")
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Neither fills a pipe's buffer: at most a few kilobytes.
    let texts = [output, errors].map {
      String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}
