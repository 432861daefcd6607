// SPDX-License-Identifier: Apache-2.0

package import SPINCheckpoint
package import SPINJSON
import SPINStorage

/// A command that was given, as it is given again: without what decides no result, and with the revision of a model
/// of the Hub that was used.
package struct RepeatableCommand {
  /// For whom the command is written.
  package enum Reader {
    /// Whoever has the run: files stay where they are.
    case owner
    /// Anyone: files are named without their folders, which exist on no other machine and need not be known.
    case anyone
  }

  /// Its words, the program's name first.
  package let words: [String]
  /// How it names the model, where that is a folder of which only the name is shown; nil otherwise.
  package private(set) var localModel: String?

  /// As a shell reads it.
  package var text: String { ShellText.command(words) }

  /// - Parameters:
  ///   - arguments: Those of the program, as they were typed.
  ///   - origin: Where the model comes from; nil for a folder.
  ///   - model: What results call the model; nil where they do not say.
  ///   - baseModel: What people call it, owner and name on the Hub where it is there.
  ///   - reader: Who reads it.
  package init(
    _ arguments: [String], origin: ModelOrigin?, model: String? = nil, baseModel: String? = nil,
    for reader: Reader
  ) {
    var passing = Self.passing
    // Scores are made again where they are not at hand.
    if reader == .anyone, arguments.first == "run" { passing.insert("--scores") }
    var words = ["spin"]
    for (argument, option) in Self.kept(arguments, without: passing) {
      if let option, Self.texts.contains(option) {
        words.append(argument)
      } else if let pinned = Self.pinned(argument, origin) {
        words.append(pinned)
      } else if reader == .owner {
        words.append(argument)
      } else if let model, FileSystem.name(of: FileSystem.normalized(argument)) == model {
        // The folder of the model, which others fetch by the name it has on the Hub.
        let isOnHub = baseModel.map { Self.isRepository($0[...]) } ?? false
        words.append(isOnHub ? baseModel ?? model : model)
        localModel = isOnHub ? nil : model
      } else {
        words.append(Self.withoutFolder(argument))
      }
    }
    self.words = words
  }

  /// The command in the document of a comparison or a sweep, for whoever has the folder; nil where it holds none.
  ///
  /// - Parameter path: Where the document is.
  package init?(recordedIn members: JSONObject, at path: String) throws {
    let arguments = try members.optional("arguments", as: [String].self) ?? []
    guard !arguments.isEmpty else { return nil }
    let origin = try members.optional("model_origin", as: JSONObject.self)
      .map { ModelOrigin(json: $0) }
    let out = FileSystem.name(of: FileSystem.parent(of: path))
    self.init(arguments + ["--out", out], origin: origin, for: .owner)
  }

  /// What of a command decides its results, for records that are the same wherever and however it runs: neither
  /// output folder nor resources.
  package static func deciding(_ arguments: [String]) -> [String] {
    kept(arguments, without: passing.union(["--out"])).map(\.argument)
  }

  /// The arguments without some options and their values, and without flags that decide nothing; each with the
  /// option that it belongs to, if any.
  private static func kept(
    _ arguments: [String], without options: Set<String>
  ) -> [(argument: String, option: String?)] {
    var kept: [(String, String?)] = []
    var last: String?
    for argument in arguments {
      let isOption = argument.hasPrefix("--")
      let option = isOption ? String(argument.prefix { $0 != "=" }) : last
      last = isOption && !argument.contains("=") ? argument : nil
      if !flags.contains(argument), !(option.map(options.contains) ?? false) {
        kept.append((argument, option))
      }
    }
    return kept
  }

  /// What says how much is shown, or where work begins.
  private static let flags: Set = [
    "-q", "--quiet", "--json", "--dry-run", "--restart", "--offline",
  ]
  /// Options on which no result depends, with their values.
  private static let passing: Set = ["--threads", "--max-memory", "--scratch"]
  /// Options whose values are no files, whatever they hold.
  private static let texts: Set = [
    "--system", "--template-variable", "--stop", "--prompt-column", "--response-column",
    "--question-column",
  ]

  /// A model of the Hub with the commit that was used, however it was named; nil for anything else.
  private static func pinned(_ argument: String, _ origin: ModelOrigin?) -> String? {
    guard let repository = origin?.repository, let commit = origin?.commit else { return nil }
    let isName = argument == repository || argument.hasPrefix(repository + "@")
    let folder = "models--" + repository.replacing("/", with: "--") + "/snapshots/" + commit
    return isName || argument.contains(folder) ? "\(repository)@\(commit)" : nil
  }

  /// An argument with a path cut down to its last component; names of the Hub and addresses stay whole.
  private static func withoutFolder(_ argument: String) -> String {
    guard argument.contains("/") else { return argument }
    if let equals = argument.firstIndex(of: "="), !argument[..<equals].contains("/") {
      let value = argument.index(after: equals)
      return argument[..<value] + withoutFolder(String(argument[value...]))
    }
    if let scheme = argument.firstRange(of: "://") {
      // An address may hold a password.
      let rest = argument[scheme.upperBound...]
      let host = rest.prefix { $0 != "/" }
      guard let user = host.lastIndex(of: "@") else { return argument }
      return String(argument[..<scheme.upperBound] + rest[rest.index(after: user)...])
    }
    let judge = "md-judge:"
    if argument.hasPrefix(judge) {
      let model = argument.dropFirst(judge.count)
      return judge + (isRepository(model) ? String(model) : withoutFolder(String(model)))
    }
    // A file of a data set of the Hub: "owner/name:path".
    if let colon = argument.firstIndex(of: ":"), isRepository(argument[..<colon]) {
      return argument
    }
    return FileSystem.name(of: argument)
  }

  /// Whether a text has the form of owner and name on the Hub, with or without a revision.
  private static func isRepository(_ text: Substring) -> Bool {
    let names = text.prefix { $0 != "@" }.split(separator: "/", omittingEmptySubsequences: false)
    return names.count == 2
      && names.allSatisfy { name in
        let isNamed = name.first.map { $0.isLetter || $0.isNumber } ?? false
        return isNamed
          && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
      }
  }
}
