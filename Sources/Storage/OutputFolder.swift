// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

/// The folder of a command's results: one process at a time writes there, and it replaces and removes nothing that a
/// record there does not say it wrote.
///
///     let folder = try OutputFolder("run", of: "run", apartFrom: [model])
///     defer { folder.close() }
///     try folder.requireFree(["patch.json", "report.html"])
///     try folder.begin(restart: restart)
///
/// While it is open, whatever is written below it is on record (`OutputRecord`), and another's file or a link is an
/// error in place of being written over. Folders lie in each other: an entry belongs to the innermost one that is
/// open.
package final class OutputFolder: Sendable {
  /// Where it is.
  package let path: String
  private let lock: DirectoryLock
  private let record: Mutex<OutputRecord>

  private static let opened = Mutex<[OutputFolder]>([])

  /// Opens a folder, which is made if it is absent.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - command: Whose results it holds: "run".
  ///   - inputs: Folders that are read: none of them may lie in this one, nor this one in them.
  /// - Throws: `SPINError` with code `resumable` where another process has it, with code `cannotCreate` where it is
  ///   another command's or holds an input.
  package init(_ path: String, of command: String, apartFrom inputs: [String] = []) throws {
    for input in inputs { try FileSystem.requireApart(path, from: input) }
    try FileSystem.ensureDirectory(path)
    self.path = FileSystem.normalized(path)
    lock = try DirectoryLock(path)
    record = Mutex(try OutputRecord(folder: self.path, command: command))
    Self.opened.withLock { $0.append(self) }
  }

  /// Ends the writing: the record is put in order, and others may open the folder.
  package func close() {
    Self.opened.withLock { $0.removeAll { $0 === self } }
    // The record as it is holds everything, too, only in the order of the work.
    try? record.withLock { try $0.compact(forgetting: isGone) }
    lock.release()
  }

  /// Whether all files are there that were finished below an entry.
  package func isWhole(_ name: String) -> Bool {
    record.withLock { record in
      record.entries.allSatisfy { entry, content in
        !entry.utf8.starts(with: "\(name)/".utf8) || content == .open || !isGone(entry)
      }
    }
  }

  /// Whether a command of this kind has written here before, or nobody has.
  package var isOwn: Bool {
    get throws {
      try record.withLock { !$0.entries.isEmpty }
        || FileSystem.names(in: path).allSatisfy { $0 == OutputRecord.name }
    }
  }

  /// Whether a folder has a record.
  package static func hasRecord(at path: String) -> Bool {
    FileSystem.status("\(path)/\(OutputRecord.name)", following: false) != nil
  }

  /// Removes what killed processes were about to give the names of files that are on record.
  private func removeAbandoned() throws {
    let names = record.withLock { Set($0.entries.keys) }
    let folders = Set(names.map { FileSystem.parent(of: $0) } + ["."])
    for folder in folders {
      let place = folder == "." ? path : "\(path)/\(folder)"
      guard try folder == "." || kind(of: folder) == .directory else { continue }
      for name in try FileSystem.names(in: place) {
        guard let target = OutputFile.target(ofTemporary: name).map(String.init),
          target == OutputRecord.name
            || names.contains(folder == "." ? target : "\(folder)/\(target)")
        else { continue }
        try OutputFile.removeIfAbandoned("\(place)/\(name)")
      }
    }
  }

  /// Requires that none of some files would have to be written over that no record says are ours.
  package func requireFree(_ names: [String]) throws {
    let others = record.withLock { record in
      names.filter { name in
        record.entries[name] == nil
          && FileSystem.status("\(path)/\(name)", following: false).map { $0.kind != .directory }
            ?? false
      }
    }
    guard others.isEmpty else { throw foreign(others.joined(separator: ", ")) }
  }

  /// Sees to what an earlier command left here.
  ///
  /// - Parameters:
  ///   - restart: Whether to discard it; otherwise it is what this command goes on from.
  ///   - name: A folder in this one that is not discarded.
  /// - Throws: `SPINError` with code `cannotCreate` where a file was changed since it was written.
  package func begin(restart: Bool, keeping name: String? = nil) throws {
    try removeAbandoned()
    guard restart else { return try requireUnchanged() }
    try discard { $0 != name }
  }

  /// Removes what the record says was written here, and forgets it; anything else stays, and so does a file that
  /// somebody changed since, as NAME.changed.
  ///
  /// - Parameter isMeant: Which entries, by their paths in the folder.
  package func discard(where isMeant: (String) -> Bool = { _ in true }) throws {
    try record.withLock { record in
      let names = record.entries.keys.filter(isMeant).sorted()
      // What other commands made below, then files from the top, then folders from below.
      for name in names where try kind(of: name) == .directory {
        try Self.discardRecorded(in: "\(path)/\(name)")
      }
      for name in names.sorted(by: { Self.depth($0) < Self.depth($1) }) {
        guard try kind(of: name) == .file, let content = record.entries[name] else { continue }
        if try isChanged(name, content) {
          try keepAside(name)
        } else {
          try FileSystem.remove("\(path)/\(name)")
        }
      }
      for name in names.sorted(by: { Self.depth($0) > Self.depth($1) }) {
        guard try kind(of: name) == .directory else { continue }
        try FileSystem.removeEmptyDirectory("\(path)/\(name)")
      }
      try record.compact(forgetting: isGone)
    }
  }

  /// The same of a folder in this one, with all that is in it.
  package func discard(_ name: String) throws {
    try discard { $0 == name || $0.utf8.starts(with: "\(name)/".utf8) }
  }

  private func isGone(_ name: String) -> Bool {
    FileSystem.status("\(path)/\(name)", following: false) == nil
  }

  /// Removes what a folder that another command made below says was written there.
  private static func discardRecorded(in path: String) throws {
    let place = "\(path)/\(OutputRecord.name)"
    guard FileSystem.status(place, following: false) != nil,
      let command = OutputRecord.command(at: place)
    else { return }
    let inner = try OutputFolder(path, of: command)
    do {
      try inner.discard()
    } catch {
      inner.close()
      throw error
    }
    inner.close()
    try FileSystem.remove(place)
  }

  // MARK: - What is written

  /// Puts on record that a file is about to be written, where its folder is open.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` where another's file, a link or a folder has its name.
  static func willWrite(_ path: String) throws { try claim(path, .file) }

  /// The same of a folder; one that is there may be used, and is not ours.
  static func willMakeDirectory(_ path: String) throws { try claim(path, .directory) }

  /// Puts on record what a file holds that is finished.
  static func didWrite(_ path: String) throws {
    guard let (folder, name) = owner(of: path) else { return }
    let fingerprint = try FileFingerprint(ofFileAt: path)
    try folder.record.withLock { try $0.record(name, .finished(fingerprint)) }
  }

  /// Puts on record that a folder is about to appear under a name with all that is in it.
  static func willMove(_ source: String, to path: String) throws {
    guard owner(of: path) != nil else { return }
    try forEachEntry(of: source) { inner, kind in
      try kind == .directory ? willMakeDirectory(path + inner) : willWrite(path + inner)
    }
  }

  /// Puts on record what the files hold of a folder that has its name now.
  static func didMove(to path: String) throws {
    guard owner(of: path) != nil else { return }
    try forEachEntry(of: path) { inner, kind in
      if kind == .file { try didWrite(path + inner) }
    }
  }

  private static func forEachEntry(
    of path: String, below inner: String = "", _ body: (String, FileStatus.Kind) throws -> Void
  ) throws {
    guard let kind = FileSystem.status(path + inner, following: false)?.kind else { return }
    try body(inner, kind)
    guard kind == .directory else { return }
    for name in try FileSystem.names(in: path + inner) {
      try forEachEntry(of: path, below: "\(inner)/\(name)", body)
    }
  }

  private static func claim(_ path: String, _ kind: FileStatus.Kind) throws {
    guard let (folder, name) = owner(of: path) else { return }
    try folder.record.withLock { record in
      if let found = try folder.kind(of: name) {
        guard found == kind else {
          throw SPINError(
            .cannotCreate, at: "\(folder.path)/\(name)",
            "is \(found == .symbolicLink ? "a symbolic link" : "something else than spin writes there")",
            remedy: "remove it, or choose another --out")
        }
        if kind == .directory { return }
        guard try record.entries[name] != nil || folder.takesOver(name) else {
          throw folder.foreign(name)
        }
      }
      try record.record(name, .open)
    }
  }

  /// The innermost open folder that a path lies in, with the path in it; nil for names that mark a file as temporary.
  private static func owner(of path: String) -> (OutputFolder, name: String)? {
    let folders = opened.withLock(\.self)
    guard !folders.isEmpty else { return nil }
    let path = FileSystem.normalized(path)
    let owner = folders.filter { path.utf8.starts(with: "\($0.path)/".utf8) }
      .max { $0.path.utf8.count < $1.path.utf8.count }
    guard let owner else { return nil }
    let name = String(path.utf8.dropFirst(owner.path.utf8.count + 1)) ?? ""
    let isPassing = name.split(separator: "/").contains {
      $0.hasPrefix(".") && ($0.hasSuffix(".tmp") || $0.hasSuffix(".partial"))
    }
    return isPassing || FileSystem.name(of: name) == OutputRecord.name ? nil : (owner, name)
  }

  /// Takes over an entry that a command around this one wrote before this folder was open, as a comparison does for its
  /// runs: from now on it is written here.
  ///
  /// - Returns: Whether there is one.
  private func takesOver(_ name: String) throws -> Bool {
    try Self.opened.withLock(\.self).contains { other in
      guard other !== self, path.utf8.starts(with: "\(other.path)/".utf8) else { return false }
      let inner = String(path.utf8.dropFirst(other.path.utf8.count + 1)) ?? ""
      return try other.record.withLock { record in
        guard record.entries["\(inner)/\(name)"] != nil else { return false }
        try record.record("\(inner)/\(name)", .open)
        return true
      }
    }
  }

  // MARK: - What is there

  /// What stands under a name; nil where nothing does.
  ///
  /// - Throws: `SPINError` where the way there leads through a link.
  private func kind(of name: String) throws -> FileStatus.Kind? {
    var place = path
    let parts = name.split(separator: "/")
    for part in parts.dropLast() {
      place += "/\(part)"
      switch FileSystem.status(place, following: false)?.kind {
      case .directory: break
      case nil: return nil
      default:
        throw SPINError(
          .cannotCreate, at: place, "is a link or a file where spin has a folder",
          remedy: "remove it, or choose another --out")
      }
    }
    return FileSystem.status("\(path)/\(name)", following: false)?.kind
  }

  /// Whether a finished file is not what it was; one that is gone is none.
  private func isChanged(_ name: String, _ content: OutputRecord.Content) throws -> Bool {
    guard case .finished(let before) = content, let kind = try kind(of: name) else { return false }
    return try kind != .file || FileFingerprint(ofFileAt: "\(path)/\(name)") != before
  }

  /// Gives an entry that is not ours to remove the name NAME.changed, or NAME.changed-2 ...
  package func keepAside(_ name: String) throws {
    let path = "\(path)/\(name)"
    var number = 1
    var target = path + ".changed"
    while FileSystem.status(target, following: false) != nil {
      number += 1
      target = "\(path).changed-\(number)"
    }
    try FileSystem.rename(path, to: target)
  }

  private func requireUnchanged() throws {
    let changed = try record.withLock { record in
      try record.entries.filter { try isChanged($0.key, $0.value) }.keys.sorted()
    }
    guard let first = changed.first else { return }
    let count = changed.count - 1
    throw SPINError(
      .cannotCreate, at: "\(path)/\(first)",
      "was changed since spin wrote it"
        + (count == 0
          ? "" : ", as \(count == 1 ? "was 1 other file" : "were \(count) other files")"),
      remedy:
        "choose another --out, or remove the file; --restart, where the command has it, begins anew "
        + "and keeps such a file as \(FileSystem.name(of: first)).changed")
  }

  private func foreign(_ names: String) -> SPINError {
    SPINError(
      .cannotCreate, at: path, "has \(names), and no record there says that spin wrote it",
      remedy: "choose another --out, or move away what you want to keep")
  }

  private static func depth(_ name: String) -> Int { name.utf8.count { $0 == UInt8(ascii: "/") } }
}
