// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What a command may take of the machine; no result depends on it.
struct ExecutionOptions: ParsableArguments {
  @Option(help: "Threads that compute (default: all processors).")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Memory to stay below, as 8GB (default: three quarters of the machine's).",
      valueName: "size"))
  var maxMemory: ByteCount?

  var execution: Execution {
    Execution(
      threads: threads ?? Machine.processorCount,
      maxMemory: maxMemory?.bytes ?? Machine.defaultMemoryBudget)
  }
}

/// The same for a command that keeps what does not fit in memory in a scratch file.
struct ResourceOptions: ParsableArguments {
  @OptionGroup
  var machine: ExecutionOptions

  @Option(
    help: ArgumentHelp(
      "The folder of the scratch file (default: beside the output).", valueName: "dir"))
  var scratch: String?

  var execution: Execution {
    var execution = machine.execution
    execution.scratchDirectory = scratch
    return execution
  }
}
