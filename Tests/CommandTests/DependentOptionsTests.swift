// SPDX-License-Identifier: Apache-2.0

import SPINJobs
import Testing

@testable import SPINCommandLine

/// Options that another one has to go with are refused without it, not ignored.
struct DependentOptionsTests {
  /// What is typed, and the option that the refusal names with what it needs.
  static let refused: [(String, String)] = [
    ("run M --data a=b --out o --window 64", "--window: has no effect without --text FILE"),
    ("sweep M --questions a=b --text-limit=3", "--text-limit: has no effect without --text FILE"),
    ("compare M --num-fewshot 5", "--num-fewshot: has no effect without --task NAME"),
    (
      "run M --question-limit 5",
      "--question-limit: has no effect without --questions NAME=FILE or"
    ),
    ("run M --max-new-tokens 5", "--max-new-tokens: has no effect without --questions"),
    ("run M --judge endpoint:http://h", "--judge: has no effect without --questions NAME=FILE"),
    ("run M --questions a=b --api-key-env K", "--api-key-env: has no effect without a server"),
    (
      "evaluate awareness M --answers endpoint:u --batch-size 2",
      "--batch-size: has no effect together with --answers"
    ),
    ("select M --scores s --seed 3", "--seed: has no effect without --rule random"),
    ("sweep M --data a=b", "--data: has no effect without --rounds N"),
    (
      "compare M --methods spin --soft-scale 0.5",
      "--soft-scale: has no effect without spin-soft among --methods"
    ),
    ("compare M --lora-r 8", "--lora-r: has no effect without lora, dora among --methods"),
    (
      "compare M --methods lora --loreft-rank 8",
      "--loreft-rank: has no effect without loreft among"
    ),
    (
      "compare M --train t.csv",
      "--train: has no effect without full, lora, dora, loreft among --methods"
    ),
    ("train lora M --eval-steps 5", "--eval-steps: has no effect without --eval-split SHARE"),
    (
      "train full M --max-steps 5 --num-train-epochs 2",
      "--num-train-epochs: has no effect together with --max-steps"
    ),
    ("chat M --sampling-seed 3", "--sampling-seed: has no effect without --temperature above 0"),
    (
      "generate M --prompts a.txt --prompt-column q",
      "--prompt-column: has no effect without --prompts and"
    ),
    ("tokenize M x --json --show ids", "--show: has no effect together with --json"),
  ]

  @Test(arguments: refused) func anOptionByItselfIsRefused(_ line: String, _ message: String) {
    let error = #expect(throws: SPINError.self) {
      try DependentOptions.check(line.split(separator: " ").map(String.init))
    }
    #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
    #expect(error?.code == .usage)
  }

  @Test(arguments: [
    "run M --text t --window 64 --text-limit 3",
    "run M --questions a=b --judge endpoint:u --api-key-env K",
    "run M --benign a=b --question-limit 4", "sweep M --rule paper,random --seed 3",
    "compare M --methods spin,lora --lora-r 8 --train t",
    "evaluate perplexity M --text t --window 3",
    "chat M --temperature 0.5 --sampling-seed 3", "generate M --prompts q.csv --prompt-column q",
    "run M -- --window", "evaluate awareness M --questions a=b --batch-size 2",
  ]) func togetherTheyAreAllowed(_ line: String) throws {
    try DependentOptions.check(line.split(separator: " ").map(String.init))
  }

  /// Every option of the table is one of the commands that it names.
  @Test func theTableNamesOptionsThatExist() throws {
    var helps: [[String]: String] = [:]
    for rule in DependentOptions.rules {
      for command in rule.commands {
        let inner =
          command == ["train"]
          ? ["full", "lora", "dora", "loreft"].map { command + [$0] } : [command]
        for command in inner {
          let help = try helps[command] ?? Program.run(command + ["--help"]).standardOutput
          helps[command] = help
          for option in rule.options {
            let isThere =
              help.contains("  \(option)") || help.contains("/\(option)")
              || help.contains(" \(option)/")
            #expect(isThere, "\(command) \(option)")
          }
        }
      }
    }
  }

  @Test func theProgramRefuses() throws {
    let job = try SmallJob()
    let outcome = try Program.run(job.run + ["--window", "64"])
    #expect(outcome.status == 64)
    #expect(
      outcome.standardError
        == "spin: --window: has no effect without --text FILE; give that too, or leave out --window\n"
    )
    #expect(outcome.standardOutput == "")
  }
}
