// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

extension OutputFolder {
  /// What a command is going to write into its folder, by the paths there.
  package struct Contents {
    /// Files; whatever else has one of these names belongs to someone else.
    package var files: [String] = []
    /// Folders for some of the files, which may contain other entries as well.
    package var folders: [String] = []
    /// Folders that may contain nothing of anyone else.
    package var ownFolders: [String] = []
    /// Folders that are written as a whole, and must be absent or empty unless recorded.
    package var wholeFolders: [String] = []

    /// These entries.
    package init(
      files: [String] = [], folders: [String] = [], ownFolders: [String] = [],
      wholeFolders: [String] = []
    ) {
      (self.files, self.folders) = (files, folders)
      (self.ownFolders, self.wholeFolders) = (ownFolders, wholeFolders)
    }

    /// The same entries in a folder of the folder.
    package func inside(_ folder: String) -> Self {
      func inside(_ names: [String]) -> [String] { names.map { "\(folder)/\($0)" } }
      return Self(
        files: inside(files), folders: [folder] + inside(folders), ownFolders: inside(ownFolders),
        wholeFolders: inside(wholeFolders))
    }

    /// The entries of both.
    package static func + (one: Self, other: Self) -> Self {
      Self(
        files: one.files + other.files, folders: one.folders + other.folders,
        ownFolders: one.ownFolders + other.ownFolders,
        wholeFolders: one.wholeFolders + other.wholeFolders)
    }
  }

  /// Requires that nothing has to be overwritten that is not recorded as written by this program.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` that names the foreign entries.
  package func requireFree(_ contents: Contents) throws {
    try record.withLock { record in
      try Self.requireRecorded(contents.found(in: path), in: path) {
        record.entries[$0] != nil || isOutside($0)
      }
    }
  }

  /// Makes the same check for a folder that is not open, for plans, which write nothing.
  ///
  /// - Parameters:
  ///   - contents: What is going to be written.
  ///   - path: The output folder.
  ///   - command: The command whose results it contains.
  ///   - outer: The folder and name of the command of which this one is a part, whose record counts
  ///     as well.
  /// - Throws: `SPINError` with code `cannotCreate` that names the foreign entries, or if the
  ///   folder belongs to another command or cannot be made.
  package static func requireFree(
    _ contents: Contents, in path: String, of command: String,
    within outer: (path: String, command: String)? = nil
  ) throws {
    try FileSystem.requireFolder(at: path)
    let path = FileSystem.normalized(path)
    // Before the records are read: whoever is writing there puts a file on record before it makes it.
    let found = try contents.found(in: path)
    let record = try OutputRecord(folder: path, command: command)
    let around = try outer.map {
      (path: FileSystem.normalized($0.path), command: $0.command)
    }.map { (path: $0.path, record: try OutputRecord(folder: $0.path, command: $0.command)) }
    try Self.requireRecorded(found, in: path) { name in
      if record.entries[name] != nil { return true }
      guard let around, let inner = self.inner(path, of: around.path) else { return false }
      return around.record.entries["\(inner)/\(name)"] != nil
    }
  }

  /// Whether an entry is in the record of an open folder that contains this one.
  private func isOutside(_ name: String) -> Bool {
    Self.opened.withLock(\.self).contains { other in
      guard other !== self, let inner = Self.inner(path, of: other.path) else { return false }
      return other.record.withLock { $0.entries["\(inner)/\(name)"] != nil }
    }
  }

  /// The path of a folder relative to one that contains it; nil if it does not.
  private static func inner(_ path: String, of outer: String) -> String? {
    guard path.utf8.starts(with: "\(outer)/".utf8) else { return nil }
    return String(path.utf8.dropFirst(outer.utf8.count + 1))
  }

  private static func requireRecorded(
    _ found: [String], in path: String, isRecorded: (String) -> Bool
  ) throws {
    let others = found.filter { !isRecorded($0) && !isTemporary($0) }
    guard !others.isEmpty else { return }
    throw foreign(others.joined(separator: ", "), in: path)
  }

  private static func isTemporary(_ name: String) -> Bool {
    TemporaryName.allCases.contains { $0.target(of: FileSystem.name(of: name)) != nil }
  }

  static func foreign(_ names: String, in path: String) -> SPINError {
    SPINError(
      .cannotCreate, at: path, "has \(names), and no record there says that spin wrote it",
      remedy: "choose another \(setting: .directory), or move away what you want to keep")
  }
}

extension OutputFolder.Contents {
  /// The entries in the way.
  fileprivate func found(in path: String) throws -> [String] {
    func status(_ name: String) -> FileStatus? {
      FileSystem.status("\(path)/\(name)", following: false)
    }
    func names(in folder: String) throws -> [String] {
      guard status(folder)?.kind == .directory else { return [] }
      return try FileSystem.names(in: "\(path)/\(folder)")
    }
    var found = files.filter { status($0) != nil }
    found += (folders + ownFolders).filter { status($0).map { $0.kind != .directory } ?? false }
    found += try ownFolders.flatMap { folder in try names(in: folder).map { "\(folder)/\($0)" } }
    found += try wholeFolders.filter { name in
      guard let status = status(name) else { return false }
      return try status.kind != .directory || !names(in: name).isEmpty
    }
    return found
  }
}
