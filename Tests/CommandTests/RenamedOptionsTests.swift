// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SPINCommandLine

/// Old names of options mean what the new ones mean, in the commands that had them.
struct RenamedOptionsTests {
  @Test func oldNamesBecomeNewOnes() {
    #expect(
      RenamedOptions.current(["evaluate", "awareness", "M", "--column", "q", "--limit=5", "--json"])
        == ["evaluate", "awareness", "M", "--question-column", "q", "--question-limit=5", "--json"])
    #expect(
      RenamedOptions.current(["evaluate", "coupling", "--pair", "a=b", "--count", "3"])
        == ["evaluate", "coupling", "--questions", "a=b", "--coupling-pairs", "3"])
    #expect(
      RenamedOptions.current(["generate", "M", "--column", "q"])
        == ["generate", "M", "--prompt-column", "q"])
    #expect(
      RenamedOptions.current(["run", "--coupling", "9"]) == ["run", "--coupling-pairs", "9"])
  }

  @Test func otherCommandsAndValuesAreLeftAlone() {
    for arguments in [
      ["select", "M", "--pair", "a,b", "--count", "3"], ["demo", "--limit", "5"],
      ["evaluate", "choices", "--", "--limit"], ["evaluate", "choices", "M", "--limits", "5"], [],
    ] {
      #expect(RenamedOptions.current(arguments) == arguments)
    }
  }

  /// Every new name is an option of the command.
  @Test(arguments: [
    (["run"], ["--coupling-pairs"]), (["generate"], ["--prompt-column"]),
    (["evaluate", "awareness"], ["--question-column", "--question-limit"]),
    (["evaluate", "coupling"], ["--question-column", "--coupling-pairs", "--questions"]),
    (["evaluate", "choices"], ["--task-data", "--task-limit"]),
    (["evaluate", "perplexity"], ["--text-limit"]), (["evaluate", "divergence"], ["--text-limit"]),
  ]) func newNamesExist(_ command: [String], _ options: [String]) throws {
    let help = try Program.run(command + ["--help"]).standardOutput
    for option in options { #expect(help.contains("\n  \(option) <"), "\(option)") }
  }

  @Test func distancesOfSpellings() {
    #expect(EditDistance.between("run", "runn") == 1)
    #expect(EditDistance.between("hlep", "help") == 1)
    #expect(EditDistance.between("", "abc") == 3 && EditDistance.between("abc", "") == 3)
    #expect(EditDistance.between("kitten", "sitting") == 3)
    #expect(EditDistance.between("same", "same") == 0)
  }
}
