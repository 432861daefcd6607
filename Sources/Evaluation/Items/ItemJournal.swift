// SPDX-License-Identifier: Apache-2.0

import SPINErrors
public import SPINJSON
import SPINStorage

/// Finished items, one JSON object a line, so that an interrupted run repeats none.
///
///     let journal = try ItemJournal(path: "run/.answers.journal", kind: "answers", identity: digest)
///     var done = Set(journal.items.compactMap { $0["index"] })
///     try journal.record(["index": 7, "answer": "No."])
///     try journal.synchronize()
///
/// The first line names everything that decides an item; lines have checksums (`LineLog`). A journal
/// belongs to one process at a time.
public final class ItemJournal {
  /// The items so far, in the order in which they were recorded.
  public private(set) var items: [JSONObject] = []
  private let log: LineLog
  private let lock: DirectoryLock
  private var unsynchronized = 0

  /// The name of the file of a journal: ".NAME.journal".
  package static func fileName(_ name: String) -> String { ".\(name).journal" }

  /// Opens the journal of a run, or begins one.
  ///
  /// - Parameters:
  ///   - path: Its path; its folder exists.
  ///   - kind: What an item is, for messages: "answers".
  ///   - identity: A digest of all that decides an item, such as model, edit, questions and options.
  ///   - about: The same in words, stored with the digest, so that a difference can be named.
  /// - Throws: `SPINError` with code `cannotCreate` where the journal is of another run, with code
  ///   `resumable` where another process has it, with code `malformedInput` where a line was
  ///   changed.
  public init(path: String, kind: String, identity: String, about: JSON? = nil) throws {
    if FileSystem.status(path, following: false)?.kind != .file {
      _ = try RandomAccessFile(path: path, .createOrUpdate)
    }
    // Before it is read: no other process may be writing it.
    lock = try DirectoryLock(path)
    log = try LineLog(path: path)
    if let first = log.lines.first {
      guard try JSON(parsing: first, path: path).object?["identity"] == .string(identity) else {
        throw Self.otherRequest(path, kind, header: first, about)
      }
    }
    items = try log.lines.dropFirst().map {
      try JSON(parsing: $0, path: path).requireObject(at: path)
    }
    if log.lines.isEmpty {
      var header: JSONObject = [
        "schema": "item-journal/2", "kind": .string(kind), "identity": .string(identity),
      ]
      if let about { header["about"] = about }
      try append(header)
      try log.synchronize()
    }
  }

  private static func otherRequest(
    _ path: String, _ kind: String, header: [UInt8], _ about: JSON?
  ) -> SPINError {
    let before = (try? JSON(parsing: header, path: path))?.object?["about"]
    // The path of a file decides nothing.
    let differences =
      (before.flatMap { before in about.map { before.differences(from: $0) } } ?? [])
      .filter { $0.path != textFile }
    let known = differences.map { (setting: settings[$0.path], difference: $0) }
    let names = known.prefix(5).map { setting, difference in
      JSON.Difference(
        path: setting.map { SettingText($0).description } ?? difference.path,
        first: difference.first, second: difference.second
      ).text
    }.joined(separator: "; ")
    // Where only settings differ, the command that resumes is known.
    let given = known.map { setting, difference -> SettingText? in
      guard let setting, let value = difference.first else { return nil }
      if difference.path == "text" { return text(value, before?.object, about?.object) }
      let isNone = value == .null || value.array?.isEmpty == true
      return isNone
        ? "no \(setting: setting)"
        : "\(setting: setting, value: value.string ?? value.brief)"
    }
    let all = given.compactMap(\.self)
    let resuming: SettingText =
      given.contains(nil) || all.isEmpty
      ? "repeat that request"
      : "give \(all.dropFirst().reduce(all[0]) { "\($0), \($1)" }) to resume"
    return SPINError(
      .cannotCreate, at: path,
      names.isEmpty
        ? "belongs to \(kind) of another model, edit, file or option"
        : "belongs to \(kind) of another request: \(names)",
      remedy: "\(resuming), or choose another \(setting: .directory)")
  }

  private static let textFile = "text_file"

  /// The text to which the items of a journal belong: its file, and that the file has changed since.
  private static func text(_ value: JSON, _ before: JSONObject?, _ now: JSONObject?) -> SettingText
  {
    guard let file = before?[textFile]?.string else {
      return "the text that was \(value.string ?? value.brief) as \(setting: .text)"
    }
    return file == now?[textFile]?.string
      ? "\(setting: .text, value: file) as it was when its SHA-256 began with \(digest(value))"
      : "\(setting: .text, value: file)"
  }

  /// The digits in "name (0123456789ab)".
  private static func digest(_ value: JSON) -> Substring {
    (value.string ?? "").split(separator: "(").last?.prefix { $0 != ")" } ?? ""
  }

  /// The settings behind members of what is kept in words.
  private static let settings: [String: Setting] = [
    "window": .window, "text": .text, "prompt.prompt_format": .promptChoice,
    "prompt.system": .systemMessage, "options.max_new_tokens": .maxNewTokens,
    "options.sampling.temperature": .temperature, "options.sampling.top_p": .topP,
    "options.sampling.top_k": .topK,
    "options.sampling.seed": .samplingSeed, "options.stop": .stopStrings,
    "options.sampling": .temperature,
  ]

  /// Records an item; it is on disk after a few more, or after `synchronize`.
  public func record(_ item: JSONObject) throws {
    try append(item)
    items.append(item)
    unsynchronized += 1
    if unsynchronized >= 32 { try synchronize() }
  }

  /// Makes sure that all items are on disk.
  public func synchronize() throws {
    guard unsynchronized > 0 else { return }
    try log.synchronize()
    unsynchronized = 0
  }

  /// Does work that records items, and makes sure that they are on disk however it ends.
  package func during(_ work: () throws -> Void) throws {
    do {
      try work()
    } catch {
      try synchronize()
      throw error
    }
    try synchronize()
  }

  private func append(_ object: JSONObject) throws {
    try log.append(Array(JSON.object(object).serialized(indented: false).utf8))
  }
}
