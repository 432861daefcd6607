// SPDX-License-Identifier: Apache-2.0

import SPINJobs

/// Options that decide nothing unless another one is given: refused, so that none is ignored in silence.
///
/// One table for all commands, compared with what was typed: the values after parsing do not tell an option
/// that was given from its default.
enum DependentOptions {
  /// What options need.
  struct Rule: Sendable {
    /// The commands to which it applies.
    let commands: [[String]]
    /// Options that decide nothing otherwise.
    let options: [String]
    /// Whether the command line has what they need.
    let isMet: @Sendable (TypedOptions) -> Bool
    /// What they need, in words: "--text FILE".
    var need = ""
    /// What takes their place instead: "--max-steps".
    var displacedBy: String?
  }

  /// - Throws: `SPINError` with code `usage` for the first option that would be ignored.
  static func check(_ arguments: [String]) throws {
    let typed = TypedOptions(arguments)
    for rule in rules where rule.commands.contains(where: { arguments.starts(with: $0) }) {
      guard let option = rule.options.first(where: typed.has), !rule.isMet(typed) else { continue }
      if let other = rule.displacedBy {
        throw SPINError(
          .usage, at: option, "has no effect together with \(other)", remedy: "give one of the two")
      }
      throw SPINError(
        .usage, at: option, "has no effect without \(rule.need)",
        remedy: "give that too, or leave out \(option)")
    }
  }

  private static let measuring = [["run"], ["sweep"], ["compare"]]
  private static let training = [["train"]]

  private static func rule(
    _ commands: [[String]], _ options: [String], needs names: [String], _ need: String
  ) -> Rule {
    Rule(
      commands: commands, options: options,
      isMet: { typed in names.contains(where: typed.has) }, need: need)
  }

  private static func methods(_ options: [String], _ names: [String]) -> Rule {
    Rule(
      commands: [["compare"]], options: options,
      isMet: { $0.list("--methods").contains(where: names.contains) },
      need: names.joined(separator: ", ") + " among --methods")
  }

  static let rules: [Rule] = [
    rule(measuring, ["--window", "--text-limit"], needs: ["--text"], "--text FILE"),
    rule(measuring, ["--num-fewshot", "--task-limit"], needs: ["--task"], "--task NAME"),
    rule(
      [["run"]],
      [
        "--question-limit", "--question-column", "--exclude-overlap", "--max-new-tokens",
        "--batch-size",
      ], needs: ["--questions", "--benign"], "--questions NAME=FILE or --benign NAME=FILE"),
    rule([["run"]], ["--judge"], needs: ["--questions"], "--questions NAME=FILE"),
    Rule(
      commands: measuring + [["evaluate", "awareness"], ["evaluate", "judge"]],
      options: ["--api-key-env", "--request-timeout"],
      isMet: { typed in
        typed.has("--answers") || typed.values("--judge").contains { $0.hasPrefix("endpoint:") }
      }, need: "a server, such as --judge endpoint:URL"),
    Rule(
      commands: [["evaluate", "awareness"]], options: ["--batch-size"],
      isMet: { !$0.has("--answers") }, displacedBy: "--answers"),
    Rule(
      commands: [["select"], ["sweep"]], options: ["--seed"],
      isMet: { $0.list("--rule").contains("random") }, need: "--rule random"),
    rule(
      [["sweep"]], ["--data", "--prompt-column", "--response-column", "--scratch"],
      needs: ["--rounds"], "--rounds N"),
    methods(["--rounds"], ["spin-iterated"]),
    methods(["--soft-scale"], ["spin-soft"]),
    methods(
      [
        "--lora-r", "--lora-alpha", "--lora-dropout", "--target-modules", "--layers-to-transform",
        "--use-rslora",
      ], ["lora", "dora"]),
    methods(["--loreft-rank", "--loreft-layers", "--loreft-positions"], ["loreft"]),
    methods(
      [
        "--train", "--append-eos", "--no-append-eos", "--learning-rate", "--num-train-epochs",
        "--max-steps", "--per-device-train-batch-size", "--gradient-accumulation-steps",
        "--weight-decay", "--adam-beta1", "--adam-beta2", "--adam-epsilon", "--max-grad-norm",
        "--lr-scheduler-type", "--warmup-steps", "--warmup-ratio",
      ], ["full", "lora", "dora", "loreft"]),
    rule(
      training, ["--eval-steps", "--early-stopping-patience"], needs: ["--eval-split"],
      "--eval-split SHARE"),
    Rule(
      commands: training + [["compare"]], options: ["--num-train-epochs"],
      isMet: { !$0.has("--max-steps") }, displacedBy: "--max-steps"),
    Rule(
      commands: training + [["compare"]], options: ["--warmup-ratio"],
      isMet: { !$0.has("--warmup-steps") }, displacedBy: "--warmup-steps"),
    Rule(
      commands: [["generate"], ["chat"], ["evaluate", "awareness"]], options: ["--sampling-seed"],
      isMet: { typed in typed.values("--temperature").contains { (Double($0) ?? 0) > 0 } },
      need: "--temperature above 0"),
    Rule(
      commands: [["generate"], ["tokenize"]], options: ["--prompt-column"],
      isMet: { typed in
        typed.values("--prompts").contains { $0 != "-" && !$0.lowercased().hasSuffix(".txt") }
      }, need: "--prompts and a file of records, such as CSV"),
    Rule(
      commands: [["tokenize"]], options: ["--show"], isMet: { !$0.has("--json") },
      displacedBy: "--json"),
  ]
}
