// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINJSON
import SPINJobs
import SPINStorage
import SPINTestSupport
import Testing

/// Runs the built program and looks at what a user sees.
struct PatchCommandTests {
  private let directory: TemporaryDirectory
  private var model: String { directory.file("model") }
  private var patch: String { directory.file("patch.json") }

  init() throws {
    directory = try TemporaryDirectory()
    try FileSystem.makeDirectory(directory.file("model"))
    let writer = try SafetensorsWriter(
      path: directory.file("model/model.safetensors"),
      tensors: [.init(name: "w", type: .float32, shape: [1_000, 100])])
    var bytes: [UInt8] = []
    for index in 0..<100_000 { bytes.append(littleEndian: Float(index + 1).bitPattern) }
    try writer.write(bytes, to: "w")
    try writer.finish()
    try OutputFile.write(
      Array(#"{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}"#.utf8),
      to: directory.file("model/config.json"))
    let made = try Patch.make(
      model: try ModelDirectory(path: model),
      weights: [("w", Array(stride(from: 0, to: 100_000, by: 50)))], scale: 0,
      provenance: ["rule": "paper"], toolVersion: SPINVersion.current)
    try made.write(to: patch)
  }

  /// Row and column, and in JSON both and the flat index.
  @Test func differencesHaveCoordinates() throws {
    let out = directory.file("out")
    #expect(try spin("patch", "apply", model, patch, "--out", out).status == 0)
    let text = try spin("patch", "diff", model, out, "--show", "4").output
    #expect(text.contains("\n  [1, 50]  151.0 -> 0.0\n"))
    let json = try spin("patch", "diff", model, out, "--show", "4", "--json").output
    let document = try JSON(parsing: Array(json.utf8), path: "out")
    let shown = document.object?["tensors"]?.array?.first?.object?["shown"]?.array ?? []
    #expect(shown.count == 4)
    #expect(shown.last?.object?["index"] == 150)
    #expect(shown.last?.object?["coordinates"] == [1, 50])
  }

  /// Where a patch comes from is said in words: no brackets, braces or quotes of JSON.
  @Test func showHasNoJSON() throws {
    let made = try Patch.make(
      model: try ModelDirectory(path: model), weights: [("w", [5])], scale: 0,
      provenance: [
        "rule": "paper", "pair": ["privacy", "fairness"], "q": ["count": 22], "layers": .null,
        "data": [
          ["data_set": "privacy", "data_file": "p.csv", "samples": 8],
          ["data_set": "fairness", "data_file": "f.csv", "samples": 8],
        ],
      ], toolVersion: SPINVersion.current)
    let path = directory.file("made.json")
    try made.write(to: path)
    let shown = try spin("patch", "show", path).output
    #expect(
      shown.contains(
        """
        rule     paper
        pair     privacy, fairness
        q        count 22
        layers   all
        data     data set privacy, data file p.csv, samples 8
                 data set fairness, data file f.csv, samples 8

        """), "\(shown)")
    for mark in ["{", "}", "\""] { #expect(!shown.contains(mark)) }
  }

  @Test func applyVerifyDiffRevert() throws {
    let before = try FileDigest.sha256(ofFileAt: model + "/model.safetensors")
    let out = directory.file("out")
    let applied = try spin("patch", "apply", model, patch, "--out", out)
    #expect(applied.status == 0)
    #expect(applied.output.hasPrefix("patched  \(out)\nchanged  2000 weights in 1 file\n"))
    #expect(applied.errors == "")
    #expect(try spin("patch", "verify", out, patch).status == 0)
    let unpatched = try spin("patch", "verify", model, patch)
    #expect(unpatched.status == 2)
    #expect(
      unpatched.errors
        == "spin: \(model): is unpatched, expected patched; give the patched model, or apply the patch: "
        + "spin patch apply MODEL PATCH; --expect unpatched checks a reverted model\n")
    #expect(try spin("patch", "verify", model, patch, "--expect", "unpatched").status == 0)
    let difference = try spin("patch", "diff", model, out, "--show", "1")
    #expect(difference.status == 2)
    #expect(
      difference.output == """
        2000 elements differ in 1 tensor
        w  F32 [1000, 100]: 2000
          [0, 0]  1.0 -> 0.0
          and 1999 more

        """)
    let back = directory.file("back")
    #expect(try spin("patch", "revert", out, patch, "--out", back).status == 0)
    #expect(try FileDigest.sha256(ofFileAt: back + "/model.safetensors") == before)
    #expect(try spin("patch", "diff", model, back).status == 0)
  }

  @Test func jsonIsForMachines() throws {
    let out = directory.file("out")
    for (arguments, schema) in [
      (["patch", "apply", model, patch, "--out", out], "patch-result/1"),
      (["patch", "verify", out, patch], "patch-verification/1"),
      (["patch", "diff", model, out], "difference/1"),
      (["patch", "show", patch], "patch/1"),
      (["inspect", model], "inspection/1"),
      (["inspect", model + "/model.safetensors"], "inspection/1"),
      (["inspect", patch], "inspection/1"),
    ] {
      let result = try spin(arguments + ["--json"])
      let json = try JSON(parsing: Array(result.output.utf8), path: "stdout")
      #expect(json.object?["schema"] == .string(schema))
      #expect(json.object?["tool_version"] == .string(SPINVersion.current))
    }
  }

  @Test func inspectExplainsAModel() throws {
    let result = try spin("inspect", model)
    #expect(result.status == 0)
    let facts = Set(
      result.output.split(separator: "\n").map { line in
        line.split(separator: " ").joined(separator: " ")
      })
    for fact in [
      "kind model", "path \(model)", "model type llama", "architectures LlamaForCausalLM",
      "parameters 100000", "tensors 1", "F32 100000", "model.safetensors 400 kB, 1 tensor",
    ] { #expect(facts.contains(fact), "\(fact)") }
  }

  @Test func wrongUseEndsWithTheRightStatus() throws {
    let broken = directory.file("broken.json")
    try OutputFile.write([1], to: broken)
    for (arguments, status) in [
      (["patch", "apply", model, patch], 64),
      (["patch", "apply", model, patch, "--in-place", "--out", "x"], 64),
      (["patch", "apply", model, broken, "--in-place"], 65),
      (["patch", "apply", model, directory.file("none.json"), "--in-place"], 66),
      (["patch", "apply", directory.file("none"), patch, "--in-place"], 66),
      (["patch", "apply", model, patch, "--out", model], 73),
      (["patch", "revert", model, patch, "--in-place"], 2),
      (["inspect", directory.file("none")], 66),
    ] as [([String], Int32)] {
      let result = try spin(arguments)
      #expect(result.status == status, "\(arguments)")
      #expect(result.output == "", "\(arguments)")
      #expect(!result.errors.isEmpty, "\(arguments)")
    }
    #expect(try FileSystem.names(in: directory.path) == ["broken.json", "model", "patch.json"])
  }

  /// A real SIGKILL at many moments; the same command finishes what the killed one began, and no other.
  @Test func killNineInPlaceIsFinishedByTheSameCommand() throws {
    let patch = try Patch(path: patch)
    let original = try FileDigest.sha256(ofFileAt: model + "/model.safetensors")
    let patched = patch.filesAfter?["model.safetensors"]
    var direction = "apply"
    for attempt in 0..<30 {
      try killed(
        after: 0.002 + 0.001 * Double(attempt), "patch", direction, model, self.patch, "--in-place")
      if FileSystem.status(model + "/.spin-edit-journal.json") != nil {
        let left = try FileDigest.sha256(ofFileAt: model + "/model.safetensors")
        let refused = try spin("inspect", model)
        #expect(refused.status == 75)
        #expect(refused.errors.contains("spin patch apply \(model) PATCH --in-place"))
        #expect(try FileDigest.sha256(ofFileAt: model + "/model.safetensors") == left)
        let finished = try spin("patch", direction, model, self.patch, "--in-place")
        #expect(finished.status == 0, "\(finished)")
        #expect(finished.output.hasSuffix("finished an edit that was interrupted\n"))
      }
      let hash = try FileDigest.sha256(ofFileAt: model + "/model.safetensors")
      #expect(hash == original || hash == patched, "attempt \(attempt)")
      direction = hash == original ? "apply" : "revert"
    }
    #expect(try spin("patch", direction, model, self.patch, "--in-place").status == 0)
    let enclosed = direction == "apply" ? ["spin-patch.json"] : []
    #expect(
      try FileSystem.names(in: model) == ["config.json", "model.safetensors"] + enclosed)
  }

  /// A journal that came with a download makes no command write.
  @Test func aPlantedJournalEditsNothing() throws {
    let weights = try FileSystem.read(model + "/model.safetensors")
    let journal = """
      {"schema": "edit-journal/1", "purpose": "patch apply",
       "edits": [["config.json", 0, "7b", "58"], ["model.safetensors", \(weights.count - 4), \
      "\(SHA256.hexadecimal(Array(weights.suffix(4))))", "00000000"]]}
      """
    try OutputFile.write(Array(journal.utf8), to: model + "/.spin-edit-journal.json")
    let before = try FolderContents(of: model)
    for arguments in [
      ["inspect", model], ["patch", "verify", model, patch],
      ["patch", "apply", model, patch, "--in-place"],
      ["patch", "revert", model, patch, "--in-place"],
      ["patch", "apply", model, patch, "--out", directory.file("out")],
      ["patch", "diff", model, model],
    ] {
      let outcome = try spin(arguments)
      #expect([2, 75].contains(outcome.status), "\(outcome)")
      #expect(outcome.errors.contains(".spin-edit-journal.json"))
      #expect(outcome.errors.contains("came with a download, remove it"))
      #expect(try FolderContents(of: model) == before)
    }
  }

  @Test func otherCopiesOfTheWeightsAreSaid() throws {
    let out = directory.file("out")
    for name in ["pytorch_model.bin", "a.gguf"] {
      try OutputFile.write([UInt8](repeating: 1, count: 1_500), to: model + "/" + name)
    }
    let applied = try spin("patch", "apply", model, patch, "--out", out)
    #expect(applied.status == 0)
    #expect(
      applied.output.hasSuffix(
        "left out a.gguf, pytorch_model.bin (3.0 kB), other copies of the weights, which are not edited; "
          + "--keep-other-copies copies them\n"), "\(applied.output)")
    #expect(applied.output.contains("\npatch    \(out)/spin-patch.json\n"))
    #expect(
      try FileSystem.names(in: out) == ["config.json", "model.safetensors", "spin-patch.json"])
    let kept = try spin(
      "patch", "revert", out, patch, "--out", directory.file("back"), "--keep-other-copies")
    #expect(kept.status == 0 && !kept.output.contains("other copies"))
    let json = try spin(
      "patch", "apply", model, patch, "--out", directory.file("all"), "--keep-other-copies",
      "--json")
    let document = try JSON(parsing: Array(json.output.utf8), path: "stdout")
    let copies = document.object?["other_copies"]?.array ?? []
    #expect(copies.map { $0.object?["path"] } == ["a.gguf", "pytorch_model.bin"])
    #expect(copies.allSatisfy { $0.object?["copied"] == true && $0.object?["bytes"] == 1_500 })
    let names = try FileSystem.names(in: directory.file("all"))
    #expect(
      names == [
        "README.md", "a.gguf", "config.json", "model.safetensors", "pytorch_model.bin",
        "spin-patch.json",
      ])
    #expect(document.object?["enclosed_patch"] == "spin-patch.json")
  }

  /// A limit on the size of files plays the full disk: no file grows beyond 64 blocks.
  @Test func aFullDiskLeavesNothing() throws {
    let out = directory.file("out")
    let result = try run(
      "/bin/sh",
      [
        "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"", Self.program, "patch", "apply",
        model, patch, "--out", out,
      ])
    #expect(result.status == 74)
    #expect(
      result.errors == "spin: \(out)/model.safetensors: cannot be written (File too large); free "
        + "some disk space, then run the same command again\n")
    #expect(try FileSystem.names(in: directory.path) == ["model", "patch.json"])
  }

  @Test func aTargetThatCannotBeWrittenIsSaid() throws {
    // A folder below a file cannot be made by anybody, not even by root.
    let result = try spin("patch", "apply", model, patch, "--out", patch + "/out")
    #expect(result.status == 73)
    #expect(
      result.errors == "spin: \(patch)/out: cannot be written (Not a directory); "
        + "choose a path that you may write to\n")
  }

  // MARK: - Running

  private struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The program lies beside the test bundle.
  private static let program =
    FileSystem.parent(of: CommandLine.arguments[0]) + "/spin"

  private func spin(_ arguments: String...) throws -> Outcome { try spin(arguments) }

  private func spin(_ arguments: [String]) throws -> Outcome {
    try run(Self.program, arguments)
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let files = try (0..<2).map { _ in
      try RandomAccessFile(path: directory.file(".\(UUID().uuidString)"), .create)
    }
    defer { for file in files { try? FileSystem.remove(file.path) } }
    process.standardOutput = FileHandle(forWritingAtPath: files[0].path)
    process.standardError = FileHandle(forWritingAtPath: files[1].path)
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try FileSystem.read($0.path), as: UTF8.self) }
    return Outcome(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }

  private func killed(after seconds: Double, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: Self.program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: seconds)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
