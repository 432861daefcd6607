// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINJSON
import SPINStorage

/// The request of a folder, option by option: `request.json`, schema "request/1".
///
/// A command that finds one compares it before it changes anything. An option that differs is
/// named, with what of the folder remains usable. A larger request continues what is there: a larger
/// limit, a measure that was not requested before, another method of a comparison.
struct RequestRecord {
  /// What an option decides, for comparisons.
  enum Part: Int, Comparable, Sendable {
    case scores, selection, evaluation

    static func < (left: Part, right: Part) -> Bool { left.rawValue < right.rawValue }
  }

  /// An option with its value.
  struct Entry: Sendable {
    /// The entry that says which command it is.
    static let command = "spin"

    let option: String
    let value: JSON
    let part: Part
    /// Whether a larger number, no limit, or a list with more elements continues what is there.
    var grows = false
    /// Whether the value names a file by its content: two names with one digest are equal.
    var isFile = false

    /// A file, or anything else that has a digest.
    static func file(_ option: String, _ path: String, _ digest: String, _ part: Part) -> Entry {
      Entry(option: option, value: RequestRecord.file(path, digest), part: part, isFile: true)
    }
  }

  let entries: [Entry]

  /// Refuses a folder in which something else was requested.
  ///
  /// - Parameters:
  ///   - scores: Where the scores are that remain usable; nil where a command has none of its own.
  /// - Throws: `SPINError` with code `cannotCreate` that names every option that differs.
  func require(in folder: String, scores: String?) throws {
    let path = Self.path(folder)
    guard FileSystem.status(path) != nil else { return }
    let document = try JSON(parsing: FileSystem.read(path), path: path).requireObject(at: path)
    let differences = differences(from: try document.required("request"))
    guard let first = differences.map(\.part).min() else { return }
    let usable: SettingText =
      first == .scores || scores == nil
      ? "" : " (its scores can be used there: \(setting: .scores, value: scores ?? ""))"
    throw SPINError(
      .cannotCreate, at: folder,
      "holds the results of another request: \(differences.map(\.text).joined(separator: "; "))",
      remedy: """
        repeat the options of that request, choose another \(setting: .directory)\(usable), or give \
        \(enabling: .restart) to replace what is there
        """)
  }

  /// The options in which the request differs from a recorded one that it does not continue.
  func differences(from recorded: JSONObject) -> [(part: Part, text: String)] {
    var differences: [(part: Part, text: String)] = []
    for entry in entries {
      guard let before = recorded[entry.option] else {
        if entry.part != .evaluation {
          let absence = entry.option.hasPrefix("--") ? "was not given" : "is not in its record"
          differences.append((entry.part, "\(Self.name(of: entry.option)) \(absence)"))
        }
        continue
      }
      guard !Self.isSame(before, entry),
        !(entry.grows && Self.continues(before, entry.value))
      else {
        continue
      }
      differences.append((entry.part, Self.difference(entry.option, before, entry.value)))
    }
    let known = Set(entries.map(\.option))
    for (option, value) in recorded.members where !known.contains(option) {
      differences.append(
        (.evaluation, "\(Self.name(of: option)) was \(Self.text(value)) and is not given now"))
    }
    // Options of another command are not compared.
    let command = Entry.command
    if let entry = entries.first(where: { $0.option == command }),
      let before = recorded[command], before != entry.value
    {
      differences = [(.scores, Self.difference(command, before, entry.value))]
    }
    return differences
  }

  private static func difference(_ option: String, _ before: JSON, _ now: JSON) -> String {
    "\(name(of: option)) was \(text(before)) and is \(text(now)) now"
  }

  /// Records the request, so that later ones can be compared.
  func write(to folder: String) throws {
    var members = JSONObject()
    for entry in entries { members[entry.option] = entry.value }
    let document: JSON = [
      "schema": "request/1", "tool_version": .string(SPINVersion.current),
      "request": .object(members),
    ]
    let path = Self.path(folder)
    if try isRecorded(at: path), try OutputFile.mayStay(path) { return }
    try OutputFile.write(Array(document.serialized().utf8), to: path)
  }

  /// Whether a record is of the same request, whatever the names of files.
  private func isRecorded(at path: String) throws -> Bool {
    guard FileSystem.status(path, following: false)?.kind == .file else { return false }
    let document = try JSON(parsing: FileSystem.read(path), path: path).object
    guard document?["tool_version"] == .string(SPINVersion.current),
      let recorded = document?["request"]?.object, recorded.members.count == entries.count
    else { return false }
    return entries.allSatisfy { entry in
      recorded[entry.option].map { Self.isSame($0, entry) } ?? false
    }
  }

  /// An entry as messages name it: "spin" is the command that made the request.
  private static func name(of option: String) -> String {
    option == Entry.command ? "the command" : option
  }

  static func path(_ folder: String) -> String { folder + "/request.json" }

  /// Whether two values are equal; files with a digest after their names are compared by digest.
  private static func isSame(_ before: JSON, _ entry: Entry) -> Bool {
    let now = entry.value
    guard before != now else { return true }
    guard entry.isFile else { return false }
    guard let before = before.string.flatMap(digest), let now = now.string.flatMap(digest) else {
      return false
    }
    return before == now
  }

  /// The beginning of a file's digest in "name (0123456789ab)", or by itself.
  private static func digest(_ value: String) -> String? {
    let last = value.hasSuffix(")") ? value.dropLast().split(separator: "(").last ?? "" : value[...]
    return last.utf8.count == 12 && last.allSatisfy(\.isHexDigit) ? String(last) : nil
  }

  /// A file as a record names it: its name and the digest of its content.
  static func file(_ path: String, _ digest: String) -> JSON {
    .string("\(FileSystem.name(of: path)) (\(digest.prefix(12)))")
  }

  /// Whether the earlier request is the beginning of the present one.
  private static func continues(_ before: JSON, _ now: JSON) -> Bool {
    if let before = before.array, let now = now.array { return before.allSatisfy(now.contains) }
    guard let before = Double(json: before) else { return false }
    guard now != .null else { return true }
    return Double(json: now).map { $0 >= before } ?? false
  }

  private static func text(_ value: JSON) -> String {
    if let text = value.string {
      // The beginning of a digest or a template is enough to distinguish two of them.
      let isDigest = text.utf8.count == 64 && text.allSatisfy(\.isHexDigit)
      return isDigest
        ? String(text.prefix(12)) : text.utf8.count > 80 ? "\(text.prefix(12)).." : text
    }
    if value == .null { return "none" }
    // As it was typed: 2, not 2.0.
    if let number = Double(json: value), let whole = Int(exactly: number) { return "\(whole)" }
    if let elements = value.array {
      return elements.isEmpty ? "none" : elements.map(text).joined(separator: ",").excerpt
    }
    return value.brief
  }
}
