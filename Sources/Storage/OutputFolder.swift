// SPDX-License-Identifier: Apache-2.0

package import SPINErrors
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
/// error instead of being overwritten. Folders may be nested: an entry belongs to the innermost one that is
/// open.
package final class OutputFolder: Sendable {
  /// The path of the folder.
  package let path: String
  private let lock: DirectoryLock
  let record: Mutex<OutputRecord>

  static let opened = Mutex<[OutputFolder]>([])

  /// Opens a folder, which is made if it is absent.
  ///
  /// - Parameters:
  ///   - path: Where it is.
  ///   - command: Whose results it holds: "run".
  ///   - inputs: Folders that are read: none of them may be inside this one, nor this one inside them.
  ///   - mayBeLink: Whether the path may be a symbolic link, as that of an input may.
  /// - Throws: `SPINError` with code `resumable` where another process has it, with code `cannotCreate` where it is
  ///   another command's, holds an input, or is a link.
  package init(
    _ path: String, of command: String, apartFrom inputs: [String] = [], mayBeLink: Bool = false
  ) throws {
    if !mayBeLink { try OutputFile.requireNoLink(FileSystem.normalized(path)) }
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

  /// Whether a file is on record and is what was written.
  package func isAsWritten(_ name: String) throws -> Bool {
    guard let content = record.withLock({ $0.entries[name] }), content != .open else {
      return false
    }
    return try !isGone(name) && !isChanged(name, content)
  }

  /// Whether a command of this kind has written here before, or none has.
  package var isOwn: Bool {
    get throws {
      try record.withLock { !$0.entries.isEmpty }
        || FileSystem.names(in: path).allSatisfy { $0 == OutputRecord.name }
    }
  }

  /// Requires that a result that is read holds what a command wrote, where its folder has a record of that.
  ///
  /// - Parameter remedy: What makes it anew.
  /// - Throws: `SPINError` with code `malformedInput` where it does not.
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

  /// Sees to what an earlier command left here.
  ///
  /// - Parameters:
  ///   - restart: Whether to discard it; otherwise this command resumes from it.
  ///   - name: A folder in this one that is not discarded.
  /// - Throws: `SPINError` with code `cannotCreate` where a file was changed since it was written.
  package func begin(restart: Bool, keeping name: String? = nil) throws {
    try removeAbandoned()
    guard restart else { return try requireUnchanged() }
    // What is kept here another command discards next: all of it goes, or nothing does.
    try record.withLock { try requireRemovable($0.entries.keys.sorted()) }
    try discard { $0 != name }
  }

  // MARK: - What is there

  func isGone(_ name: String) -> Bool {
    FileSystem.status("\(path)/\(name)", following: false) == nil
  }

  /// What has a name; nil where nothing has it.
  ///
  /// - Throws: `SPINError` where the way there leads through a link.
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

  /// Whether a finished file is not what it was; one that is gone is none.
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
