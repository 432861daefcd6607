// SPDX-License-Identifier: Apache-2.0

/// Options that had other names in earlier versions.
///
/// The old names still work and are shown nowhere.
///
/// The same thing has the same name in all commands: what holds for questions begins with `--question-`,
/// for tasks with `--task-`, for a text with `--text-`.
enum RenamedOptions {
  private static let names: [(command: [String], new: [String: String])] = [
    (["run"], ["--coupling": "--coupling-pairs"]),
    (["sweep"], ["--coupling": "--coupling-pairs"]),
    (["compare"], ["--coupling": "--coupling-pairs"]),
    (["generate"], ["--column": "--prompt-column"]),
    (
      ["evaluate", "awareness"],
      ["--column": "--question-column", "--limit": "--question-limit"]
    ),
    (
      ["evaluate", "coupling"],
      [
        "--column": "--question-column", "--count": "--coupling-pairs", "--pair": "--questions",
      ]
    ),
    (["evaluate", "choices"], ["--data": "--task-data", "--limit": "--task-limit"]),
    (["evaluate", "perplexity"], ["--limit": "--text-limit"]),
    (["evaluate", "divergence"], ["--limit": "--text-limit"]),
  ]

  /// The arguments with every old name replaced.
  static func current(_ arguments: [String]) -> [String] {
    guard let new = names.first(where: { arguments.starts(with: $0.command) })?.new else {
      return arguments
    }
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    return arguments.enumerated().map { place, argument in
      guard place < end else { return argument }
      let name = argument.prefix { $0 != "=" }
      guard let current = new[String(name)] else { return argument }
      return current + argument.dropFirst(name.count)
    }
  }
}
