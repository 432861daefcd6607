// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How long work is done and shown; shared by `score` and `run`.
struct WorkOptions: ParsableArguments {
  @Flag(help: "Discard what an earlier run left in the output folder and start over.")
  var restart = false

  @Flag(help: "Print the plan and exit.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(
    name: .shortAndLong,
    help: "Suppress plans and progress; results, warnings and errors are still printed.")
  var quiet = false

  @OptionGroup
  var network: NetworkOptions
}
