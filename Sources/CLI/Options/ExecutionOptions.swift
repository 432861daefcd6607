// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJobs

/// What a command may take of the machine; no result depends on it.
struct ExecutionOptions: ParsableArguments {
  @Option(help: "The number of compute threads. (default: all processors)")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "The memory budget, such as 8GB. (default: three quarters of physical memory)",
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
      "The folder for the scratch file. (default: inside the output folder)", valueName: "dir"))
  var scratch: String?

  var execution: Execution {
    var execution = machine.execution
    execution.scratchDirectory = scratch
    return execution
  }
}
