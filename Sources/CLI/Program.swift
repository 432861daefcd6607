// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import SPINJobs
import SPINStorage

@main
enum Program {
  static func main() {
    SettingNames.$current.withValue(SettingFlags.names) { start() }
  }

  private static func start() {
    StandardDescriptors.occupyClosed()
    MemoryNotice.prepare()
    // A file beyond the limit of `ulimit -f` is an error with a message, not the end of the program.
    signal(SIGXFSZ, SIG_IGN)
    let given = Array(CommandLine.arguments.dropFirst())
    let arguments = asked(RenamedOptions.current(given))
    Interruption.expect(arguments)
    // A result of a model that was changed while it was read is none, whatever the command.
    InputWatch.begin()
    do {
      try ProcessArguments.requireUTF8()
      _ = try KernelSet.named(ProcessEnvironment.value(KernelSet.environmentVariable))
      try run(arguments)
      try InputWatch.requireUnchanged()
      try StandardOutput.finish()
    } catch let error as SPINError {
      let shown =
        error.code == .interrupted ? Interruption.described(error, arguments) : error
      StandardError.writeLine("spin: \(Self.shortened(NamedInputs.named(shown).description))")
      exit(error.code.exitStatus)
    } catch {
      StandardError.writeLine(Self.shortened(UsageMessage(error, arguments: arguments).text))
      exit(SPINCommand.exitCode(for: error).rawValue)
    }
  }

  /// A message that quotes a name of a megabyte says as much with its beginning and end.
  private static func shortened(_ message: String) -> String {
    let limit = 8_000
    guard message.utf8.count > limit else { return message }
    let half = limit / 2
    return String(message.unicodeScalars.prefix(half)) + " [...] "
      + String(message.unicodeScalars.suffix(half))
  }

  /// The arguments, or the command that help is asked about where there is none of that name, which then is the error.
  private static func asked(_ arguments: [String]) -> [String] {
    guard arguments.first == "help" else { return arguments }
    let topic = arguments.dropFirst().filter { !$0.hasPrefix("-") }
    var command: any ParsableCommand.Type = SPINCommand.self
    for name in topic {
      let found = command.configuration.subcommands.first {
        $0.configuration.commandName == name
      }
      guard let found else { return topic }
      command = found
    }
    return arguments
  }

  private static func run(_ arguments: [String]) throws {
    do {
      var command = try SPINCommand.parseAsRoot(arguments)
      try NumericLimits.check(arguments)
      try DependentOptions.check(arguments)
      try OutputPaths.requireNoLinks(arguments)
      if let resolved = try NamedFiles.resolved(arguments) {
        command = try SPINCommand.parseAsRoot(resolved)
      }
      try command.run()
    } catch  where !(error is SPINError) && SPINCommand.exitCode(for: error).isSuccess {
      // Help and the version are results.
      print(SPINCommand.fullMessage(for: error))
    }
  }
}
