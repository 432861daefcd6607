// SPDX-License-Identifier: Apache-2.0

package import SPINCheckpoint
package import SPINJSON
import SPINStorage

/// A command in a form that repeats its results: without options that do not affect them, and with
/// the commit of a Hub model.
package struct RepeatableCommand {
  /// The reader of the command.
  package enum Reader {
    /// Someone who has the run: paths are unchanged.
    case owner
    /// Anyone: files are named without their folders, which do not exist elsewhere and may be
    /// private.
    case anyone
  }

  /// The words of the command, the program's name first.
  package let words: [String]
  /// The name of the model's folder, if the command shows only that; otherwise nil.
  package private(set) var localModel: String?

  /// The command quoted for a shell.
  package var text: String { ShellText.command(words) }

  /// Makes the command.
  ///
  /// - Parameters:
  ///   - arguments: The program's arguments as they were typed.
  ///   - origin: The origin of the model; nil for a local folder.
  ///   - model: The name of the model in result files; nil if they do not say.
  ///   - baseModel: The public name of the model: owner and name if it is on the Hub.
  ///   - reader: The reader of the command.
  package init(
    _ arguments: [String], origin: ModelOrigin?, model: String? = nil, baseModel: String? = nil,
    for reader: Reader
  ) {
    var passing = Self.passing
    // Others do not have the scores and compute them again.
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
        // The folder of the model, which others get from the Hub if it is there.
        let isOnHub = baseModel.map { Self.isRepository($0[...]) } ?? false
        words.append(isOnHub ? baseModel ?? model : model)
        localModel = isOnHub ? nil : model
      } else {
        words.append(Self.withoutFolder(argument))
      }
    }
    self.words = words
  }

  /// The command in the document of a comparison or a sweep, for someone who has the folder; nil if
  /// it has none.
  ///
  /// - Parameter path: The path of the document.
  package init?(recordedIn members: JSONObject, at path: String) throws {
    let arguments = try members.optional("arguments", as: [String].self) ?? []
    guard !arguments.isEmpty else { return nil }
    let origin = try members.optional("model_origin", as: JSONObject.self)
      .map { ModelOrigin(json: $0) }
    let out = FileSystem.name(of: FileSystem.parent(of: path))
    self.init(arguments + ["--out", out], origin: origin, for: .owner)
  }

  /// The arguments that affect results, for records that must not depend on where and how the
  /// command runs: without the output folder and resource limits.
  package static func deciding(_ arguments: [String]) -> [String] {
    kept(arguments, without: passing.union(["--out"])).map(\.argument)
  }

  /// The arguments without some options, their values, and flags that do not affect results; each
  /// with the option to which it belongs, if any.
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

  /// Flags that control output, or where work begins.
  private static let flags: Set = [
    "-q", "--quiet", "--json", "--dry-run", "--restart", "--offline",
  ]
  /// Options with values that do not affect results.
  private static let passing: Set = ["--threads", "--max-memory", "--scratch"]
  /// Options whose values are text, even if they look like paths.
  private static let texts: Set = [
    "--system", "--template-variable", "--stop", "--prompt-column", "--response-column",
    "--question-column",
  ]

  /// A Hub model with the commit that was used, however it was named; nil for anything else.
  private static func pinned(_ argument: String, _ origin: ModelOrigin?) -> String? {
    guard let repository = origin?.repository, let commit = origin?.commit else { return nil }
    let isName = argument == repository || argument.hasPrefix(repository + "@")
    let folder = "models--" + repository.replacing("/", with: "--") + "/snapshots/" + commit
    return isName || argument.contains(folder) ? "\(repository)@\(commit)" : nil
  }

  /// An argument with a path reduced to its last component; Hub names and addresses are unchanged.
  private static func withoutFolder(_ argument: String) -> String {
    guard argument.contains("/") else { return argument }
    if let equals = argument.firstIndex(of: "="), !argument[..<equals].contains("/") {
      let value = argument.index(after: equals)
      return argument[..<value] + withoutFolder(String(argument[value...]))
    }
    if let scheme = argument.firstRange(of: "://") {
      // A user name and password in an address are removed.
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
    // A file of a Hub data set: "owner/name:path".
    if let colon = argument.firstIndex(of: ":"), isRepository(argument[..<colon]) {
      return argument
    }
    return FileSystem.name(of: argument)
  }

  /// Whether a text has the form of a Hub name, with or without a revision.
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
