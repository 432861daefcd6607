// SPDX-License-Identifier: Apache-2.0

package import SPINErrors
import Synchronization

/// The output folder of a command, to which one process at a time writes; only entries that a
/// record in the folder lists as written by the command are replaced or removed.
///
///     let folder = try OutputFolder("run", of: "run", apartFrom: [model])
///     defer { folder.close() }
///     try folder.requireFree(["patch.json", "report.html"])
///     try folder.begin(restart: restart)
///
/// While the folder is open, everything written in it is recorded (`OutputRecord`), and a foreign
/// file or a link is an error instead of being overwritten. Folders may be nested: an entry belongs
/// to the innermost open one.
package final class OutputFolder: Sendable {
  /// The path of the folder.
  package let path: String
  private let lock: DirectoryLock
  let record: Mutex<OutputRecord>

  static let opened = Mutex<[OutputFolder]>([])

  /// Opens a folder, which is created if it is absent.
  ///
  /// - Parameters:
  ///   - path: The path of the folder.
  ///   - command: The command whose results it contains: "run".
  ///   - inputs: Input folders, none of which may contain this one or be inside it.
  ///   - mayBeLink: Whether the path may be a symbolic link.
  /// - Throws: `SPINError` with code `resumable` if another process has the folder open; with code
  ///   `cannotCreate` if it belongs to another command, contains an input or is inside one, or is a
  ///   link.
  package init(
    _ path: String, of command: String, apartFrom inputs: [String] = [], mayBeLink: Bool = false
  ) throws {
    if !mayBeLink { try OutputFile.requireNoLink(FileSystem.entry(path)) }
    for input in inputs { try FileSystem.requireApart(path, from: input) }
    try FileSystem.ensureDirectory(path)
    self.path = FileSystem.normalized(path)
    lock = try DirectoryLock(path)
    try Self.requireIdleAround(path)
    record = Mutex(try OutputRecord(folder: self.path, command: command))
    Self.opened.withLock { $0.append(self) }
  }

  /// Requires that no other process is writing to an output folder around this one.
  private static func requireIdleAround(_ path: String) throws {
    guard let whole = FileSystem.resolved(path) else { return }
    let ours = Set(opened.withLock(\.self).compactMap { FileSystem.resolved($0.path) })
    var place = FileSystem.parent(of: whole)
    for _ in 0..<4 {
      // Shared: commands that begin side by side in one folder do not refuse each other.
      if hasRecord(at: place), !ours.contains(place) {
        do { try DirectoryLock(place, isShared: true).release() } catch let error as SPINError
          where error.code == .resumable
        { throw error } catch {}
      }
      place = FileSystem.parent(of: place)
    }
  }

  /// Closes the folder: sorts its record and lets other processes open it.
  package func close() {
    Self.opened.withLock { $0.removeAll { $0 === self } }
    // A failure does no harm: the record is complete already, only not sorted.
    try? record.withLock { try $0.compact(forgetting: isGone) }
    lock.release()
  }

  /// Whether all files that were finished in a folder still exist.
  package func isWhole(_ name: String) -> Bool {
    record.withLock { record in
      record.entries.allSatisfy { entry, content in
        !entry.utf8.starts(with: "\(name)/".utf8) || content == .open || !isGone(entry)
      }
    }
  }

  /// Whether a file is recorded as finished, exists and is unchanged since.
  package func isAsWritten(_ name: String) throws -> Bool {
    guard let content = record.withLock({ $0.entries[name] }), content != .open else {
      return false
    }
    return try !isGone(name) && !isChanged(name, content)
  }

  /// Whether the command has written here before, or the folder is empty apart from a record.
  package var isOwn: Bool {
    get throws { try record.withLock { try Self.isOwn(path, $0) } }
  }

  /// Makes the same check for a folder that is not open.
  package static func isOwn(_ path: String, of command: String) throws -> Bool {
    try isOwn(path, OutputRecord(folder: FileSystem.normalized(path), command: command))
  }

  private static func isOwn(_ path: String, _ record: OutputRecord) throws -> Bool {
    guard record.entries.isEmpty, FileSystem.status(path) != nil else { return true }
    return try FileSystem.names(in: path).allSatisfy { $0 == OutputRecord.name }
  }

  /// Whether the folder is inside that of a command around this one.
  package var isPart: Bool {
    Self.opened.withLock(\.self).contains { other in
      other !== self && path.utf8.starts(with: "\(other.path)/".utf8)
    }
  }

  /// The files that were finished in a folder and are no longer there.
  package static func missing(in path: String, of command: String) throws -> [String] {
    let path = FileSystem.normalized(path)
    return try OutputRecord(folder: path, command: command).entries.filter { name, content in
      content != .open && FileSystem.status("\(path)/\(name)", following: false) == nil
    }.keys.sorted()
  }

  /// Requires that a result is unchanged since a command wrote it, if its folder has a record of
  /// it.
  ///
  /// - Parameter remedy: How to make the result again, for the message.
  /// - Throws: `SPINError` with code `malformedInput` if the result was changed or the record is
  ///   damaged.
  package static func requireAsWritten(_ path: String, remedy: SettingText) throws {
    let (folder, name) = (FileSystem.parent(of: path), FileSystem.name(of: path))
    let place = "\(folder)/\(OutputRecord.name)"
    guard FileSystem.status(place, following: false) != nil else { return }
    guard let command = OutputRecord.command(at: place) else {
      throw damagedRecord(place, "does not begin as one of spin's", name)
    }
    let record: OutputRecord
    do {
      record = try OutputRecord(folder: folder, command: command)
    } catch let error as SPINError where error.code == .malformedInput {
      throw damagedRecord(place, error.message, name)
    }
    guard case .finished(let before) = record.entries[name],
      try FileFingerprint(ofFileAt: path, isWhole: before.isWhole) != before
    else { return }
    throw SPINError(
      .malformedInput, at: path,
      "was changed since spin wrote it: \(folder)/\(OutputRecord.name) has another digest",
      remedy: remedy)
  }

  private static func damagedRecord(
    _ place: String, _ found: String, _ name: String
  ) -> SPINError {
    SPINError(
      .malformedInput, at: place,
      "the record of this folder is damaged (it \(found)), and does not tell whether \(name) was changed",
      remedy: "make the results of this folder anew, or remove the record to take them on trust")
  }

  /// Whether a folder has a record.
  package static func hasRecord(at path: String) -> Bool {
    FileSystem.status("\(path)/\(OutputRecord.name)", following: false) != nil
  }

  /// Prepares the folder for a command, given what an earlier one left in it.
  ///
  /// - Parameters:
  ///   - restart: Whether to discard earlier results; otherwise the command resumes from them.
  ///   - name: A recorded entry of this folder that is not discarded.
  /// - Throws: `SPINError` with code `cannotCreate` if a file was changed since it was written and
  ///   the command is to resume, or if entries cannot be removed.
  package func begin(restart: Bool, keeping name: String? = nil) throws {
    try removeAbandoned()
    guard restart else { return try requireUnchanged() }
    // Checks also the entry that is kept here, since another command discards it next: either
    // everything is removed or nothing.
    try record.withLock { try requireRemovable($0.entries.keys.sorted()) }
    try discard { $0 != name }
  }

  // MARK: - What is there

  func isGone(_ name: String) -> Bool {
    FileSystem.status("\(path)/\(name)", following: false) == nil
  }

  /// The kind of the entry at a path in the folder; nil if there is none.
  ///
  /// - Throws: `SPINError` if a parent of the entry is not a folder, such as a link.
  func kind(of name: String) throws -> FileStatus.Kind? {
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
          remedy: "remove it, or choose another \(setting: .directory)")
      }
    }
    return FileSystem.status("\(path)/\(name)", following: false)?.kind
  }

  /// Whether a finished file was changed or replaced; an absent one does not count.
  func isChanged(_ name: String, _ content: OutputRecord.Content) throws -> Bool {
    guard case .finished(let before) = content, let kind = try kind(of: name) else { return false }
    return try kind != .file
      || FileFingerprint(ofFileAt: "\(path)/\(name)", isWhole: before.isWhole) != before
  }

  private func requireUnchanged() throws {
    let changed = try record.withLock { record in
      try record.entries.filter { try isChanged($0.key, $0.value) }.keys.sorted()
    }
    guard let first = changed.first else { return }
    let count = changed.count - 1
    let others =
      count == 0 ? "" : ", as \(count == 1 ? "was 1 other file" : "were \(count) other files")"
    throw SPINError(
      .cannotCreate, at: "\(path)/\(first)",
      "was changed since spin wrote it\(others)",
      remedy: """
        choose another \(setting: .directory), or remove the file; \(enabling: .restart), where the command has it, \
        begins anew and keeps such a file as \(FileSystem.name(of: first)).changed
        """)
  }

}
