// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// What models with an edit in memory are known by, and what they may take.
struct EditedModelTests {
  private func patched() throws -> (job: SmallJob, patch: String) {
    let job = try SmallJob()
    try #require(Program.run(job.run + ["--quiet"]).status == 0)
    return (job, job.out + "/patch.json")
  }

  private func perplexity(_ job: SmallJob, _ model: String, _ options: String...) throws
    -> Program
    .Outcome
  {
    try Program.run(
      [
        "evaluate", "perplexity", model, "--text", job.path + "/text.txt", "--window", "16",
        "--json", "--quiet",
      ]
        + options)
  }

  /// A patch says which model it was made for; which one is measured is told by the model's own files.
  @Test func aModelIsNotTakenForWhatItsPatchSays() throws {
    let (job, patch) = try patched()
    let text = (0..<200).map { "\($0 % 40)" }.joined(separator: " ")
    try Data(text.utf8).write(to: URL(filePath: job.path + "/text.txt"))
    let other = job.path + "/other"
    try FileManager.default.copyItem(atPath: job.model, toPath: other)
    // A byte of the embedding, which no patch touches.
    let weights = other + "/model.safetensors"
    let entry = try #require(ModelDirectory(path: other).tensors["model.embed_tokens.weight"])
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: weights)))
    bytes[entry.byteRange.lowerBound + 1] ^= 1
    try Data(bytes).write(to: URL(filePath: weights))

    let out = job.path + "/measured"
    let first = try perplexity(job, job.model, "--patch", patch, "--out", out)
    try #require(first.status == 0, "\(first.standardError)")
    let second = try perplexity(job, other, "--patch", patch, "--out", out)
    #expect(second.status == 73, "\(second.standardOutput)")
    let alone = try perplexity(job, other, "--patch", patch)
    let hash = try ModelDirectory(path: other).modelHash()
    #expect(alone.standardOutput.contains(hash))
  }

  /// A folder of scores that is a link leads to somebody's scores.
  @Test func scoresBehindALinkAreNotWrittenOver() throws {
    let job = try SmallJob()
    let theirs = job.path + "/theirs"
    try #require(
      Program.run(["score"] + job.scoring + ["--out", theirs, "--quiet"]).status == 0)
    let before = try Data(contentsOf: URL(filePath: theirs + "/privacy.safetensors"))
    try FileManager.default.createDirectory(
      atPath: job.out, withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: job.out + "/scores", withDestinationPath: theirs)
    let options = ["--seed", "5", "--quiet"]
    for more in [[], ["--restart"]] {
      let outcome = try Program.run(job.run + options + more)
      #expect(
        outcome.status == 73 && outcome.standardError.contains("is a symbolic link"), "\(outcome)")
    }
    #expect(try Data(contentsOf: URL(filePath: theirs + "/privacy.safetensors")) == before)
  }

  /// Names of columns are words, whatever they look like.
  @Test func whatLooksLikeADigestIsNone() throws {
    let job = try SmallJob()
    let questions = job.path + "/q.csv"
    try Data("a (abcdefabcdef),b (abcdefabcdef)\n1 2 3,4 5 6\n".utf8).write(
      to: URL(filePath: questions))
    func measure(_ column: String) throws -> Program.Outcome {
      try Program.run([
        "evaluate", "awareness", job.model, "--questions", "list=" + questions,
        "--question-column", column, "--max-new-tokens", "2", "--out", job.path + "/aw", "--quiet",
      ])
    }
    #expect(try measure("a (abcdefabcdef)").status == 0)
    #expect(try measure("b (abcdefabcdef)").status == 73)
  }
}
