// SPDX-License-Identifier: Apache-2.0

/// What the argument parser says is wrong, in the form of all messages of this program: where, what was found, what was
/// expected, what to do; on one line.
///
///     Error: The value 'x' is invalid for '--rounds <n>'
///     Help:  --rounds <n>  Score and select this many times
///     Usage: spin run ...
///       See 'spin run --help' for more information.
///
/// becomes `--rounds: is "x", expected <n>; see spin run --help`.
struct UsageSentence {
  /// The sentence, without an end.
  let text: String
  /// What shows how the command is used: "spin run --help"; nil where the parser names nothing.
  let help: String?

  /// - Parameter message: The parser's whole message.
  init(_ message: String) {
    let prefix = "Error: "
    let lines = (message.hasPrefix(prefix) ? String(message.dropFirst(prefix.count)) : message)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // Behind the complaint stand, each from a line of its own, help for the option, the usage, and where there is more.
    let complaint = lines.prefix { !$0.hasPrefix("Help:") && !$0.hasPrefix("Usage:") }
    let said = complaint.map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
    text = Self.sentence(Self.joined(said.map(String.init)))
    let named = lines.compactMap { line in
      Self.quotation(in: line.drop { $0 == " " }, after: "See ")?.text
    }
    help = named.last.map(String.init)
  }

  /// A list of values with hyphens before them becomes one with commas.
  private static func joined(_ lines: [String]) -> String {
    let (values, others) = (
      lines.filter { $0.hasPrefix("- ") }, lines.filter { !$0.hasPrefix("- ") }
    )
    let list = values.map { String($0.dropFirst(2)) }.joined(separator: ", ")
    return (others + (list.isEmpty ? [] : [list])).joined(separator: " ")
  }

  private static func sentence(_ complaint: String) -> String {
    let text = complaint.hasSuffix(".") ? complaint.dropLast() : complaint[...]
    if let (name, rest) = quotation(in: text, after: "Missing expected argument ") {
      return "\(name): is missing\(rest)"
    }
    if let (name, rest) = quotation(in: text, after: "Missing value for ") {
      let value = name.split(separator: " ").dropFirst().joined(separator: " ")
      return "\(option(name)): has no value" + (value.isEmpty ? "" : ", expected \(value)") + rest
    }
    if let (name, rest) = quotation(in: text, after: "Unexpected argument ") {
      return "\"\(name)\": is one argument too many\(rest)"
    }
    if let (value, after) = quotation(in: text, after: "The value "),
      let (name, rest) = quotation(in: after, after: " is invalid for ")
    {
      // What the program itself says about a value follows after a colon.
      if rest.hasPrefix(": ") { return "\(option(name)): is \"\(value)\": \(rest.dropFirst(2))" }
      return "\(option(name)): is \"\(value)\", expected \(expectation(name, rest))"
    }
    let please = "Please "
    if text.hasPrefix(please) { return String(text.dropFirst(please.count)) }
    // The program's own complaints begin with the option.
    let words = text.split(separator: " ", maxSplits: 1)
    let verbs = ["must", "is", "names", "needs", "takes", "belongs", "decides", "cannot"]
    if words.count == 2, words[0].hasPrefix("--"),
      verbs.contains(where: { words[1].hasPrefix("\($0) ") })
    {
      return "\(words[0]): \(words[1])"
    }
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// "--rounds" of "--rounds <n>".
  private static func option(_ name: Substring) -> Substring {
    name.hasPrefix("-") ? name.prefix { $0 != " " } : name
  }

  /// What was expected: the parser's own words, or what the value is called.
  private static func expectation(_ name: Substring, _ rest: Substring) -> String {
    for beginning in [". Please provide one of the following: ", ". Please provide one of "]
    where rest.hasPrefix(beginning) {
      let values = rest.dropFirst(beginning.count).split(separator: " ").joined(separator: " ")
      return "one of \(values.replacing("'", with: ""))"
    }
    let value = name.split(separator: " ").dropFirst().joined(separator: " ")
    return (value.isEmpty ? "another value" : value) + rest
  }

  /// A text in single quotes after a beginning, with what follows it.
  private static func quotation(
    in text: Substring, after beginning: String
  ) -> (text: Substring, rest: Substring)? {
    guard text.hasPrefix(beginning + "'") else { return nil }
    let quoted = text.dropFirst(beginning.count + 1)
    // A value may hold quotes itself: what follows tells where it ends.
    let end =
      quoted.firstRange(of: "' is invalid for '")?.lowerBound
      ?? (["See ", " is invalid for "].contains(beginning)
        ? quoted.firstIndex(of: "'") : quoted.lastIndex(of: "'"))
    guard let end else { return nil }
    return (quoted[..<end], quoted[quoted.index(after: end)...])
  }
}
