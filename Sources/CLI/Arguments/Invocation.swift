// SPDX-License-Identifier: Apache-2.0

/// The arguments of the command that runs, as a user types them, for records.
enum Invocation {
  /// Those of the program, or of the command that another command runs.
  @TaskLocal static var arguments = Array(CommandLine.arguments.dropFirst())
}
