// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// The program `spin`.
struct SPINCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spin",
    abstract: "Make a language model more aware of fairness and privacy, without training.",
    discussion: """
      SPIN finds the few weights on which fairness and privacy awareness both depend and sets them to \
      zero (Qian et al., ACL 2025). `spin run` does the whole job on a Hugging Face checkpoint; the \
      other commands are its steps. `spin demo` shows it on a small model built into the program.

      Results go to standard output, progress and warnings to standard error. Exit status: 0 success, 2 \
      a check failed, 64 invalid usage, 65 malformed input, 66 missing input, 69 unsupported, or no \
      answer from a server, 71 out of memory, 73 output cannot be created, 74 input or output failed, 75 \
      stopped early or in use by another process (run the same command again), 77 permission denied by \
      the Hub, 78 contradictory configuration, 130 interrupted (the same command resumes).
      """,
    version: SPINVersion.current,
    subcommands: [
      RunCommand.self, ScoreCommand.self, SelectCommand.self, SweepCommand.self,
      CompareCommand.self, PatchCommand.self, TrainCommand.self, AdapterCommand.self,
      GenerateCommand.self, ChatCommand.self, TokenizeCommand.self, EvaluateCommand.self,
      ReportCommand.self, DataCommand.self, ModelCommand.self, InspectCommand.self,
      DemoCommand.self,
    ])
}
