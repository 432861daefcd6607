// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINJobs
import SPINTestSupport
import Testing

/// `spin demo`: the commands that it shows are those that it runs.
struct DemoTests {
  @Test func theStoryIsToldToItsEnd() throws {
    let directory = try TemporaryDirectory()
    let out = directory.file("demo")
    let arguments = ["demo", "--limit", "8", "--threads", "2", "--out", out]
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 0, "\(outcome)")
    for text in [
      "$ spin run \(out)/model", "before (", "$ spin evaluate judge \(out)/labelled.csv",
      "on the demo's own generated text\n", " on labelled.csv (", "What do the phrases do?",
      "$ spin compare \(out)/model", "More phrases than controls?", " cut off",
      "\(out)/comparison/report.html",
    ] {
      #expect(outcome.standardOutput.contains(text), "\(text)")
    }
    for report in ["run", "comparison"] {
      #expect(FileManager.default.fileExists(atPath: "\(out)/\(report)/report.html"))
    }
    // The record of the run holds its own command.
    let path = out + "/run/manifest.json"
    let manifest = try JSON(parsing: bytes(of: path), path: path).requireObject(at: path)
    let words = try manifest.required("arguments", as: [String].self)
    #expect(words.first == "run")
    let shown = outcome.standardOutput.replacing(" \\\n     ", with: " ")
    #expect(shown.contains("$ spin " + words.joined(separator: " ") + "\n"))
    // Repeated, it finds everything done and says the same.
    #expect(try Program.run(arguments).standardOutput == outcome.standardOutput)
  }

  @Test func dryRunsShowTheCommandsAndRunNone() throws {
    let directory = try TemporaryDirectory()
    let out = directory.file("a demo")
    let outcome = try Program.run(["demo", "--dry-run", "--out", out])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.standardOutput.split(separator: "$ spin ").count == 4)
    // As a shell reads them.
    #expect(outcome.standardOutput.contains("$ spin run '\(out)/model'"))
    let names = try FileManager.default.contentsOfDirectory(atPath: out)
    #expect(!names.contains("run") && !names.contains("comparison") && names.contains("model"))
  }

  @Test(arguments: [["--threads", "0"], ["--limit", "0"]])
  func numbersBelowOneAreRefused(_ options: [String]) throws {
    let directory = try TemporaryDirectory()
    let out = directory.file("demo")
    let outcome = try Program.run(["demo", "--out", out] + options)
    #expect(outcome.status == 64, "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: out))
  }
}
