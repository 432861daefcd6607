// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINTestSupport
import Testing

@testable import SPINCommandLine

/// Numbers that no option takes are refused in one way.
struct NumericLimitTests {
  private func message(_ arguments: [String]) -> String? {
    do {
      try NumericLimits.check(arguments)
      return nil
    } catch { return "\(error)" }
  }

  @Test(arguments: [
    (["--threads", "0"], "--threads: is 0, expected 1 to 1024"),
    (
      ["--threads", "9223372036854775807"],
      "--threads: is 9223372036854775807, expected 1 to 1024"
    ),
    (["--threads=-1"], "--threads: is -1, expected 1 to 1024"),
    (["--temperature", "nan"], "--temperature: is nan, expected 0 to 1000"),
    (["--sigma", "inf"], "--sigma: is inf, expected above 0 and at most 1000000000"),
    (
      ["--learning-rate", "5e-5,lora=-1"],
      "--learning-rate: is -1, expected above 0 and at most 1000"
    ),
    (
      ["--count", "1,2,9223372036854775807"],
      "--count: is 9223372036854775807, expected 1 to 1000000000"
    ),
    (["--adam-beta1", "1"], "--adam-beta1: is 1, expected at least 0 and below 1"),
    (["--scale", "1e308"], "--scale: is 1e308, expected -1000000000 to 1000000000"),
    (["--p", "-0.0"], "--p: is -0.0, expected above 0 and at most 1"),
    (["run", "model", "--rounds", "101"], "--rounds: is 101, expected 1 to 100"),
  ])
  func numbersBeyondAnOptionsRangeAreRefused(_ arguments: [String], _ expected: String) {
    #expect(message(arguments) == expected)
  }

  @Test(arguments: [
    ["--threads", "1024"], ["--threads"], ["--p", "1e-7..1e-5"], ["--keep", "auto"],
    ["--scale", "-0.0"],
    ["--show", "tokens"], ["--learning-rate", "5e-5,lora=1e-3"], ["--", "--threads", "0"],
    ["--text", "--threads"], ["--seed", "18446744073709551615"],
  ])
  func otherArgumentsPass(_ arguments: [String]) { #expect(message(arguments) == nil) }

  /// Through the program: every numeric option of a small command, with the values that overflow.
  @Test(arguments: ["9223372036854775807", "-9223372036854775808", "nan", "inf", "-inf", "1e308"])
  func noNumberEndsTheProgram(_ value: String) throws {
    let job = try SmallJob()
    for option in [
      "--threads", "--max-new-tokens", "--batch-size", "--temperature", "--top-p", "--top-k",
    ] {
      let outcome = try Program.run(["generate", job.model, "--prompts", "x", "\(option)=\(value)"])
      #expect([64, 66].contains(outcome.status), "\(option): \(outcome)")
    }
    for option in ["--nsamples", "--count", "--p", "--rounds", "--keep", "--scale", "--max-memory"]
    {
      let outcome = try Program.run(job.score.prefix(1) + ["/nowhere"] + ["\(option)=\(value)"])
      #expect([64, 66].contains(outcome.status), "\(option): \(outcome)")
    }
  }
}
