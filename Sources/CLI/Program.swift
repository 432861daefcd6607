// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPIN
import SPINStorage

@main
enum Program {
  static func main() {
    // A file beyond the limit of `ulimit -f` is an error with a message, not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    let given = Array(CommandLine.arguments.dropFirst())
    let arguments = RenamedOptions.current(given)
    // A reader of both streams sees whole lines in the order in which they were written.
    if !arguments.contains("--json") { StandardOutput.bufferLines() }
    // A result of a model that was changed while it was read is none, whatever the command.
    InputWatch.begin()
    do {
      var command = try SPINCommand.parseAsRoot(arguments)
      if let resolved = try NamedFiles.resolved(arguments) {
        command = try SPINCommand.parseAsRoot(resolved)
      }
      try command.run()
      try InputWatch.requireUnchanged()
    } catch let error as SPINError {
      StandardError.write("spin: \(error)\n")
      exit(error.code.exitStatus)
    } catch {
      guard !SPINCommand.exitCode(for: error).isSuccess else { SPINCommand.exit(withError: error) }
      StandardError.write(UsageMessage(error, arguments: arguments).text)
      exit(SPINCommand.exitCode(for: error).rawValue)
    }
  }
}
