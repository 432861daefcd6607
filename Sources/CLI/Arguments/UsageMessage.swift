// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import SPINJSON
import SPINJobs
import SPINStorage

/// What is wrong with a command line, in the style of all messages of this program.
///
/// The parser complains of what is missing before it looks at what is misspelt; a command or an option
/// that does not exist is named here first, with the one that was probably meant.
struct UsageMessage {
  private let error: any Error
  private let arguments: [String]

  init(_ error: any Error, arguments: [String]) {
    self.error = error
    self.arguments = arguments
  }

  /// The message, on one line.
  var text: String {
    let sentence = UsageSentence(SPINCommand.fullMessage(for: error))
    let help = sentence.help.map { "see \($0)" }
    guard let misspelt else {
      return "spin: " + ([sentence.text] + [help].compactMap(\.self)).joined(separator: "; ")
    }
    // What may have been meant is the remedy; how the command is used helps where nothing is near.
    let isAdvice = misspelt.contains("; did you mean ")
    return "spin: \(misspelt)" + (isAdvice ? "" : help.map { "; \($0)" } ?? "")
  }

  /// The first command or option that does not exist, and what may have been meant.
  private var misspelt: String? {
    let dump = Array(SPINCommand._dumpHelp().utf8)
    guard let root = try? JSON(parsing: dump, path: "help").object?["command"]?.object else {
      return nil
    }
    var command = root
    var isCommandOpen = true
    for argument in arguments.prefix(while: { $0 != "--" }) {
      if argument.hasPrefix("-") {
        guard let complaint = Self.complaint(ofOption: argument, in: command, of: root) else {
          continue
        }
        return complaint
      }
      let commands = command["subcommands"]?.array?.compactMap(\.object) ?? []
      guard isCommandOpen, !commands.isEmpty else {
        isCommandOpen = false
        continue
      }
      guard let next = commands.first(where: { $0["commandName"] == .string(argument) }) else {
        let names = commands.compactMap { $0["commandName"]?.string }
        let parent = command["commandName"]?.string ?? "spin"
        return "\"\(argument)\" is no command of \(parent == "spin" ? "spin" : "spin \(parent)")"
          + Self.suggestion(for: argument, among: names)
      }
      command = next
    }
    return nil
  }

  private static func longNames(of command: JSONObject) -> [String] {
    (command["arguments"]?.array ?? []).flatMap { argument -> [String] in
      (argument.object?["names"]?.array ?? []).compactMap { name in
        guard name.object?["kind"] == "long" else { return nil }
        return name.object?["name"]?.string.map { "--" + $0 }
      }
    }
  }

  private static func complaint(
    ofOption argument: String, in command: JSONObject, of root: JSONObject
  ) -> String? {
    let name = String(argument.prefix { $0 != "=" })
    // A negative number is a value, and letters after one hyphen may be several flags.
    guard name.hasPrefix("--"), name.count > 2 else { return nil }
    let names = longNames(of: command)
    guard !names.contains(name), name != "--help", name != "--version" else { return nil }
    let more = names.filter { $0.hasSuffix("-" + name.dropFirst(2)) }
    // What another command calls --limit is here --question-limit, --text-limit and --task-limit.
    if !more.isEmpty { return "unknown option \(name); did you mean \(list(more))?" }
    let near = suggestion(for: name, among: names + ["--help"])
    guard near.isEmpty else { return "unknown option \(name)" + near }
    let others = commands(with: name, below: root, path: "spin")
    // Of an option that nearly all commands have, their names say nothing.
    guard (1...12).contains(others.count) else { return "unknown option \(name)" }
    if others.count > 4 {
      return
        "unknown option \(name), which \(others[0]) and \(others.count - 1) other commands have"
    }
    return
      "unknown option \(name), which \(list(others, "and")) \(others.count == 1 ? "has" : "have")"
  }

  /// "a", "a or b", "a, b or c".
  private static func list(_ names: [String], _ word: String = "or") -> String {
    names.count < 2
      ? names.joined()
      : names.dropLast().joined(separator: ", ") + " \(word) " + names[names.count - 1]
  }

  /// The commands that have an option, as they are typed.
  private static func commands(
    with option: String, below command: JSONObject, path: String
  ) -> [String] {
    let inner = (command["subcommands"]?.array ?? []).compactMap(\.object)
    let own = longNames(of: command).contains(option) ? [path] : []
    return own
      + inner.flatMap { command in
        commands(
          with: option, below: command, path: path + " " + (command["commandName"]?.string ?? ""))
      }
  }

  /// "; did you mean run?", or nothing where no name is near.
  private static func suggestion(for text: String, among names: [String]) -> String {
    let near = names.map { (name: $0, distance: EditDistance.between(text, $0)) }
      .filter { $0.distance <= max(1, text.count / 3) }
    guard let best = near.min(by: { $0.distance < $1.distance }) else { return "" }
    return "; did you mean \(best.name)?"
  }
}
