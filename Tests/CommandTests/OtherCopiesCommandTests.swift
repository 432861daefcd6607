// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJSON
import SPINJobs
import SPINTestSupport
import Testing

/// Copies of the weights that an edit does not change, in every command that writes a copy of a model.
struct OtherCopiesCommandTests {
  private let job: SmallJob

  init() throws {
    job = try SmallJob()
    for name in ["pytorch_model.bin", "consolidated.00.pth"] {
      try write([UInt8](repeating: 1, count: 700), to: job.model + "/" + name)
    }
  }

  private static let line =
    "left out consolidated.00.pth, pytorch_model.bin (1.4 kB), other copies of the weights, which are not edited; "
    + "--keep-other-copies copies them\n"

  private func names(_ folder: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder))
  }

  @Test func mergesLeaveThemOut() throws {
    let adapter = Fixture.root + "/adapters/llama-lora"
    let merge = ["adapter", "merge", job.model, adapter, "--out"]
    let outcome = try Program.run(merge + [job.out])
    #expect(outcome.status == 0 && outcome.standardOutput.hasSuffix(Self.line), "\(outcome)")
    #expect(try !names(job.out).contains("pytorch_model.bin"))
    let kept = try Program.run(merge + [job.out + "2", "--keep-other-copies"])
    #expect(kept.status == 0)
    #expect(try names(job.out + "2").isSuperset(of: ["pytorch_model.bin", "README.md"]))
  }

  @Test func runsLeaveThemOut() throws {
    let outcome = try Program.run(job.run + ["--save-model", "--quiet"])
    #expect(outcome.status == 0 && outcome.standardOutput.contains(Self.line), "\(outcome)")
    #expect(try !names(job.out + "/model").contains("pytorch_model.bin"))
    #expect(try !text(of: job.out + "/model/README.md").contains("other copies"))
  }

  /// The card of a run is written anew, with the warning in it, and once.
  @Test func theCardOfARunWarns() throws {
    let command = job.run + ["--save-model", "--quiet", "--keep-other-copies"]
    for _ in 0..<2 {
      let outcome = try Program.run(command)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try names(job.out + "/model").contains("pytorch_model.bin"))
      let card = try text(of: job.out + "/model/README.md")
      #expect(
        card.components(separatedBy: "> **Warning.** This folder holds other copies").count == 2)
      #expect(card.contains("`consolidated.00.pth`, `pytorch_model.bin`"))
      #expect(card.hasPrefix("---\n"))
    }
  }

  @Test func theOptionIsForCopies() throws {
    let outcome = try Program.run(job.run + ["--keep-other-copies"])
    #expect(outcome.status == 64)
    #expect(outcome.standardError.contains("--keep-other-copies: is for --save-model"))
  }
}
