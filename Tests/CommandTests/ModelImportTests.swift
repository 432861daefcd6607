// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin model import`, and what later records say of an imported model.
struct ModelImportTests {
  private static let gguf = Fixture.root + "/gguf/quantized.gguf"

  @Test func importPrintsWhatItWroteAndWhatComesNext() throws {
    let directory = try TemporaryDirectory()
    let out = directory.file("model")
    let outcome = try Program.run(["model", "import", Self.gguf, "--out", out])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.hasPrefix("wrote \(out): 11 tensors, "))
    #expect(outcome.standardOutput.contains("\ndequantized from quantized.gguf ("))
    #expect(outcome.standardOutput.hasSuffix("\nnext: spin inspect \(out)\n"))
    #expect(outcome.standardError.hasPrefix("plan     GGUF ("))
    let inspection = try Program.run(["inspect", out])
    #expect(inspection.status == 0, "\(inspection)")
    #expect(inspection.standardOutput.contains("dequantized from quantized.gguf ("))
    #expect(!inspection.standardOutput.contains("cannot be"), "\(inspection.standardOutput)")
    // Equal inputs give equal files, and a folder is never written over.
    let again = try Program.run([
      "model", "import", Self.gguf, "--out", directory.file("again"), "--quiet",
    ])
    #expect(again.status == 0)
    #expect(again.standardError.isEmpty || again.standardError.hasPrefix("warning:"))
    #expect(
      try FolderContents(of: out).digests == FolderContents(of: directory.file("again")).digests)
    #expect(try Program.run(["model", "import", Self.gguf, "--out", out]).status == 73)
    let plan = try Program.run(
      ["model", "import", Self.gguf, "--out", directory.file("none"), "--dry-run"])
    #expect(plan.status == 0 && plan.standardOutput.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: directory.file("none")))
  }

  /// Scores, patch, manifest, report and card name the source; the patched copy keeps the record.
  @Test func everyRecordSaysThatTheModelWasDequantized() throws {
    let job = try SmallJob()
    let model = job.path + "/imported"
    #expect(try Program.run(["model", "import", Self.gguf, "--out", model, "--quiet"]).status == 0)
    let statement = try #require(ModelDirectory(path: model).origin).statement
    let data = SmallJob.dataSets.flatMap { ["--data", "\($0)=\(job.data($0))"] }
    let outcome = try Program.run(
      ["run", model] + data
        + [
          "--nsamples", "8", "--target-module", "all", "--count", "30", "--out", job.out, "--quiet",
          "--save-model",
        ])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try Patch(path: job.out + "/patch.json").base.origin == statement)
    #expect(
      try ScoreFile(path: job.out + "/scores/privacy.safetensors").provenance.modelOrigin
        == statement)
    #expect(try ModelDirectory(path: job.out + "/model").origin?.statement == statement)
    for name in ["manifest.json", "report.html", "report.md", "model/README.md"] {
      let found = try text(of: job.out + "/" + name)
      // Markdown escapes what could be markup.
      #expect(found.replacing("\\", with: "").contains(statement), "\(name)")
    }
    let shown = try Program.run(["patch", "show", job.out + "/patch.json"])
    #expect(shown.standardOutput.contains(statement))
    // A second run finds its own work.
    #expect(
      try Program.run(
        ["run", model] + data
          + [
            "--nsamples", "8", "--target-module", "all", "--count", "30", "--out", job.out,
            "--quiet", "--save-model",
          ]
      ).status == 0)
  }

  /// A command that meets GGUF or .bin prints the line that converts, and the line works.
  @Test func theRemedyForOtherFormatsIsTheCommand() throws {
    let directory = try TemporaryDirectory()
    let folder = directory.file("vicuna")
    try FileManager.default.copyItem(atPath: Fixture.root + "/pytorch/single", toPath: folder)
    let refused = try Program.run(["inspect", folder])
    #expect(refused.status == 65)
    let command = "spin model import \(folder) --out vicuna-safetensors"
    #expect(refused.standardError.hasSuffix("convert them: \(command)\n"), "\(refused)")
    let target = directory.file("vicuna-safetensors")
    #expect(try Program.run(["model", "import", folder, "--out", target]).status == 0)
    #expect(try ModelDirectory(path: target).origin?.isDequantized == false)
    let gguf = try Program.run(["score", Self.gguf, "--data", "a=b", "--out", directory.file("s")])
    #expect(
      gguf.standardError.contains("spin model import \(Self.gguf) --out quantized\n"), "\(gguf)")
  }
}
