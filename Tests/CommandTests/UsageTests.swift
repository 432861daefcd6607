// SPDX-License-Identifier: Apache-2.0

import Testing

/// Arguments that make no sense: exit status 64, a message that names the argument, and nothing
/// written.
struct UsageTests {
  /// Arguments after those of a right job, and the first line of what is said.
  static let wrong: [(extra: [String], line: String)] = [
    (["--threads", "0"], "spin: --threads: is 0, expected 1 to 1024"),
    (["--nsamples", "0"], "spin: --nsamples: must be at least 1; see spin run --help\n"),
    (
      ["--data", "privacy"],
      "spin: --data: is \"privacy\", expected <name=file>; see spin run --help\n"
    ),
    (
      ["--max-memory", "much"],
      "spin: --max-memory: is \"much\", expected <size>; see spin run --help\n"
    ),
    (
      ["--p", "1e-3"],
      "spin: --count: takes the place of --p and --q; give one or the other; see spin run --help\n"
    ),
    (
      ["--pair", "privacy"],
      "spin: --pair: is \"privacy\", expected two names with a comma between; see spin run --help\n"
    ),
    (["--layers", "3..1"], "spin: --layers: is \"3..1\", expected <a..b>; see spin run --help\n"),
    (["--frobnicate"], "spin: unknown option --frobnicate; see spin run --help\n"),
    (["--data", "privacy=other.csv"], "spin: --data: names \"privacy\" twice"),
    (["--max-memory", "1kB"], "spin: --max-memory: is 1.0 kB, "),
    (
      ["--pair", "privacy,honesty"],
      "spin: --pair: names \"honesty\", which is not among the data sets"
    ),
    (["--general", "all"], "spin: --general: names \"all\", which is not among the data sets"),
  ]

  @Test(arguments: wrong.indices) func wrongArgumentsAreRefused(_ index: Int) throws {
    let job = try SmallJob()
    if Self.wrong[index].extra.contains("privacy=other.csv") {
      try write(bytes(of: job.data("privacy")), to: job.path + "/other.csv")
    }
    let before = try FolderContents(of: job.path)
    let extra = Self.wrong[index].extra.map {
      $0 == "privacy=other.csv" ? "privacy=\(job.path)/other.csv" : $0
    }
    let outcome = try Program.run(job.run + extra)
    #expect(outcome.standardError.hasPrefix(Self.wrong[index].line), "\(outcome.standardError)")
    #expect(outcome.status == 64)
    #expect(outcome.standardOutput == "")
    #expect(try FolderContents(of: job.path) == before)
  }

  @Test func unknownCommandsAreRefused() throws {
    for arguments in [["frobnicate"], ["help", "frobnicate"]] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 64)
      #expect(
        outcome.standardError.hasPrefix(
          "spin: \"frobnicate\" is no command of spin; see spin --help\n"),
        "\(outcome.standardError)")
      #expect(outcome.standardOutput == "")
    }
    #expect(try Program.run(["help", "train", "lora"]).status == 0)
    #expect(try Program.run(["help", "train", "frobnicate"]).status == 64)
  }
}

/// What is misspelt is named, with what was probably meant, also where the parser would complain of
/// something else first.
struct MisspeltTests {
  static let misspelt: [(arguments: [String], line: String)] = [
    (["runn"], "spin: \"runn\" is no command of spin; did you mean run?"),
    (["--hlep"], "spin: unknown option --hlep; did you mean --help?"),
    (["run", "--hlep"], "spin: unknown option --hlep; did you mean --help?"),
    (["run", "model", "--dta", "a=b"], "spin: unknown option --dta; did you mean --data?"),
    (
      ["run", "model", "--question=a"], "spin: unknown option --question; did you mean --questions?"
    ),
    (
      ["run", "model", "--limit", "5"],
      "spin: unknown option --limit; did you mean --question-limit, --text-limit or --task-limit?"
    ),
    (
      ["run", "model", "--column", "q"],
      "spin: unknown option --column; did you mean --prompt-column, --response-column or --question-column?"
    ),
    (
      ["generate", "model", "--text-limit", "5"],
      "spin: unknown option --text-limit, which spin run and 4 other commands have"
    ),
    (
      ["chat", "model", "--in-place"],
      "spin: unknown option --in-place, which spin patch apply and spin patch revert have"
    ),
    (["patch", "shw", "x"], "spin: \"shw\" is no command of spin patch; did you mean show?"),
    (
      ["evaluate", "perplexty"],
      "spin: \"perplexty\" is no command of spin evaluate; did you mean perplexity?"
    ),
  ]

  @Test(arguments: misspelt.indices) func theNearestNameIsSuggested(_ index: Int) throws {
    let (arguments, line) = Self.misspelt[index]
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 64)
    let isAdvice = line.contains("; did you mean ")
    #expect(
      isAdvice
        ? outcome.standardError == line + "\n"
        : outcome.standardError.hasPrefix(line + "; see spin ")
          && outcome.standardError.hasSuffix(" --help\n"), "\(outcome.standardError)")
    #expect(outcome.standardError.split(separator: "\n").count == 1)
    #expect(outcome.standardOutput == "")
  }

  @Test func missingArgumentsAreSaidInTheSameStyle() throws {
    let outcome = try Program.run(["run"])
    #expect(outcome.status == 64)
    #expect(outcome.standardError.hasPrefix("spin: <model>: is missing; see spin run --help\n"))
  }

  /// One line, in the form of all messages: where, what was found, what was expected, what to do.
  @Test(arguments: [
    (
      ["compare", "m", "--methods", "spin,foo", "--questions", "a=b", "--out", "o"],
      "spin: --methods: is \"spin,foo\": \"foo\" is none of origin, spin, spin-released, "
    ),
    (
      ["sweep", "m", "--rule", "paper,", "--scores", "s", "--questions", "a=b", "--out", "o"],
      "spin: --rule: is \"paper,\": a value between commas is missing; see spin sweep --help\n"
    ),
    (
      ["compare", "m", "--seeds", "1,x", "--questions", "a=b", "--out", "o"],
      "spin: --seeds: is \"1,x\": \"x\" is not a valid number; see spin compare --help\n"
    ),
    (
      ["run", "m", "--rule", "papr", "--data", "a=b", "--out", "o"],
      "spin: --rule: is \"papr\", expected one of "
    ),
    (["run", "m", "--out"], "spin: --out: has no value, expected <dir>; see spin run --help\n"),
    (
      ["evaluate", "awareness", "m", "--questions", "a=b", "--patch", "p", "--adapter", "q"],
      "spin: --patch and --adapter exclude each other; see spin evaluate awareness --help\n"
    ),
    (
      ["score", "m", "--data", "a=b", "--out", "x", "--target-module", "foo"],
      "spin: --target-module: is \"foo\", expected one of mlp, self_attn or all; see spin score --help\n"
    ),
    (
      ["patch", "show", "a", "b"],
      "spin: \"b\": is one argument too many; see spin patch show --help\n"
    ),
  ])
  func usageErrorsAreOneLine(_ arguments: [String], _ line: String) throws {
    let outcome = try Program.run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.standardError.hasPrefix(line), "\(outcome.standardError)")
    #expect(outcome.standardError.split(separator: "\n").count == 1)
    #expect(outcome.standardOutput == "")
  }
}
