// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// A run with `--scores` says in its manifest which scores it took, and where they are; reports find them by it.
struct TakenScoresTests {
  private func members(_ path: String) throws -> JSONObject {
    try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
  }

  private func made() throws -> (job: SmallJob, run: String) {
    let job = try SmallJob()
    let scores = job.path + "/taken"
    #expect(
      try Program.run(["score"] + job.scoring + ["--out", scores, "--quiet"]).status == 0)
    let run = job.path + "/run"
    let outcome = try Program.run(
      ["run"] + job.scoring + ["--count", "30", "--scores", scores, "--out", run, "--quiet"])
    #expect(outcome.status == 0, "\(outcome)")
    return (job, run)
  }

  @Test func theManifestSaysWhereScoresAre() throws {
    let (job, run) = try made()
    let manifest = try members(run + "/manifest.json")
    let scores = try #require(manifest["inputs"]?.object?["scores"]?.object)
    // Beside the run: both can be moved together.
    #expect(scores["folder"] == "../taken")
    let digests = try #require(scores["sha256"]?.object)
    #expect(digests.keys.sorted() == SmallJob.dataSets.sorted().map { $0 + ".safetensors" })
    for (name, digest) in digests.members {
      #expect(digest.string == FileDigest.sha256(try bytes(of: "\(job.path)/taken/\(name)")))
    }
    // Each output is in the folder.
    for name in try #require(manifest["outputs"]?.object).keys {
      #expect(FileManager.default.fileExists(atPath: "\(run)/\(name)"), "\(name)")
    }
    // A run that made its own scores has them among its outputs.
    let own = try Program.run(job.run + ["--quiet"])
    #expect(own.status == 0)
    let other = try members(job.out + "/manifest.json")
    #expect(other["inputs"] == [:])
    #expect(other["outputs"]?.object?["scores/privacy.safetensors"] != nil)
  }

  private static let figure = "Importance scores of each data set by rank"

  /// From wherever the report is asked for, after a move, and by records of earlier versions.
  @Test func reportsFindTheScores() throws {
    let (job, run) = try made()
    func page(_ folder: String) throws -> String {
      try Program.run(["report", folder]).standardOutput
    }
    #expect(try page(run).contains("Where scores are cut"))
    let moved = job.path + "/moved"
    try FileManager.default.createDirectory(atPath: moved, withIntermediateDirectories: false)
    for name in ["run", "taken"] {
      try FileManager.default.moveItem(atPath: "\(job.path)/\(name)", toPath: "\(moved)/\(name)")
    }
    #expect(try page(moved + "/run").contains("Where scores are cut"))

    // As it was: among the outputs, and where only the command line says.
    var manifest = try members(moved + "/run/manifest.json")
    let digests = manifest["inputs"]?.object?["scores"]?.object?["sha256"]?.object
    var outputs = manifest["outputs"]?.object ?? [:]
    for (name, digest) in try #require(digests).members { outputs["scores/\(name)"] = digest }
    manifest["inputs"] = nil
    manifest["outputs"] = .object(outputs)
    manifest["arguments"] = ["run", "--scores", .string(moved + "/taken")]
    try write(JSON.object(manifest).serialized().utf8, to: moved + "/run/manifest.json")
    #expect(try page(moved + "/run").contains("Where scores are cut"))
  }
}
