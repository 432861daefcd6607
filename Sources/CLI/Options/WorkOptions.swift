// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// How long work is done and shown; shared by `score` and `run`.
struct WorkOptions: ParsableArguments {
  @Flag(help: "Discard what an earlier run left in the output folder.")
  var restart = false

  @Flag(help: "Print the plan and stop.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Say nothing but warnings and errors.")
  var quiet = false

  @OptionGroup
  var network: NetworkOptions
}
