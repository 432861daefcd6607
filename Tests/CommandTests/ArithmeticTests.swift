// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// Results are those of an arithmetic: equal on all instruction sets that do it, and never mixed with another's.
struct ArithmeticTests {
  private func run(
    _ job: SmallJob, on set: String?, _ more: [String] = [], out: String
  ) throws -> Program.Outcome {
    let environment = set.map { [KernelSet.environmentVariable: $0] } ?? [:]
    let arguments =
      ["run"] + job.scoring + ["--count", "30", "--save-model", "--out", out, "--quiet"]
    return try Program.start(arguments + more, environment: environment).wait()
  }

  private func results(_ out: String) throws -> [String: String] {
    // Time, memory and kernels are on record, and the folder's name in the command.
    let passing = ["manifest.json", "report.html", "report.json", "report.md", "model/README.md"]
    return try FolderContents(of: out).digests.filter { !passing.contains($0.key) }
  }

  @Test func setsOfOneArithmeticGiveTheSameBytes() throws {
    let job = try SmallJob()
    #expect(try run(job, on: nil, out: job.out).status == 0)
    let expected = try results(job.out)
    let sets = KernelSet.available.filter { $0.arithmetic == .current }
    for set in sets {
      let out = "\(job.path)/\(set.name)"
      let outcome = try run(job, on: set.name, out: out)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try results(out) == expected, "\(set.name)")
    }
  }

  /// On a processor with a second arithmetic: what was begun on one is refused on the other, from all that a run leaves.
  @Test(
    .enabled(
      if: KernelSet.available.contains { $0.arithmetic != .current },
      "this processor has one arithmetic"))
  func anotherArithmeticIsRefused() throws {
    let made = try MeasuredJob()
    let job = made.job
    guard let other = KernelSet.available.first(where: { $0.arithmetic != .current }) else {
      return
    }
    #expect(try run(job, on: nil, made.measures, out: job.out).status == 0)
    let before = try FolderContents(of: job.out)
    let outcome = try run(job, on: other.name, made.measures, out: job.out)
    #expect(outcome.status == 73, "\(outcome)")
    #expect(
      outcome.standardError.contains(
        "the arithmetic of the processor was \(Arithmetic.current) and is \(other.arithmetic) now"),
      "\(outcome)")
    func refused(_ arguments: [String]) throws -> String {
      let outcome = try Program.start(
        arguments, environment: [KernelSet.environmentVariable: other.name]
      ).wait()
      #expect(outcome.status != 0, "\(outcome)")
      return outcome.standardError
    }
    let scoring = try refused(["score"] + job.scoring + ["--out", job.out + "/scores", "--quiet"])
    #expect(scoring.contains("the arithmetic of the processor was"), "\(scoring)")
    let text = ["--text", made.text, "--window", "16", "--quiet", "--out", job.path + "/text"]
    let perplexity = ["evaluate", "perplexity", job.model] + text
    #expect(try Program.run(perplexity).status == 0)
    #expect(try refused(perplexity).contains("arithmetic"))
    #expect(try FolderContents(of: job.out) == before)
  }

  @Test func anInstructionSetThatIsNotThereIsNamed() throws {
    let outcome = try Program.start(
      ["--version"], environment: [KernelSet.environmentVariable: "sse9"]
    ).wait()
    #expect(outcome.status == 69)
    #expect(
      outcome.standardError.hasPrefix(
        "spin: SPIN_INSTRUCTION_SET: is \"sse9\", and this processor has "), "\(outcome)")
  }
}
