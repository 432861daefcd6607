// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPIN

@main
enum Program {
  static func main() {
    // A file beyond the limit of `ulimit -f` is an error with a message, not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    let given = Array(CommandLine.arguments.dropFirst())
    let arguments = RenamedOptions.current(given)
    Interruption.expect(arguments)
    // A reader of both streams sees whole lines in the order in which they were written.
    if !arguments.contains("--json") { StandardOutput.bufferLines() }
    do {
      var command = try SPINCommand.parseAsRoot(arguments)
      try DependentOptions.check(arguments)
      if let resolved = try NamedFiles.resolved(arguments) {
        command = try SPINCommand.parseAsRoot(resolved)
      }
      try command.run()
    } catch let error as SPINError {
      let shown =
        error.code == .interrupted ? Interruption.described(error, arguments) : error
      StandardError.write("spin: \(NamedInputs.named(shown))\n")
      exit(error.code.exitStatus)
    } catch {
      guard !SPINCommand.exitCode(for: error).isSuccess else { SPINCommand.exit(withError: error) }
      StandardError.write(UsageMessage(error, arguments: arguments).text)
      exit(SPINCommand.exitCode(for: error).rawValue)
    }
  }
}
