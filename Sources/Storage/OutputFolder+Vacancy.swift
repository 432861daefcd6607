// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

extension OutputFolder {
  /// Requires that nothing has to be overwritten that is not recorded as written by this program.
  ///
  /// - Parameters:
  ///   - names: The files to be written, by their paths in this folder.
  ///   - folders: Folders that are written as a whole, and must be absent or empty unless recorded.
  /// - Throws: `SPINError` with code `cannotCreate` that names the foreign entries.
  package func requireFree(_ names: [String], folders: [String] = []) throws {
    try record.withLock { record in
      try Self.requireFree(names, folders, in: path) {
        try record.entries[$0] != nil || isOutside($0)
      }
    }
  }

  /// Makes the same check for a folder that is not open, for plans, which write nothing.
  ///
  /// - Parameters:
  ///   - names: The files to be written.
  ///   - folders: Folders that are written as a whole.
  ///   - path: The output folder.
  ///   - command: The command whose results it contains.
  ///   - outer: The folder and name of the command of which this one is a part, whose record counts
  ///     as well.
  /// - Throws: `SPINError` with code `cannotCreate` that names the foreign entries, or if the
  ///   folder belongs to another command.
  package static func requireFree(
    _ names: [String], folders: [String] = [], in path: String, of command: String,
    within outer: (path: String, command: String)? = nil
  ) throws {
    let path = FileSystem.normalized(path)
    let record = try OutputRecord(folder: path, command: command)
    let around = try outer.map {
      (path: FileSystem.normalized($0.path), command: $0.command)
    }.map { (path: $0.path, record: try OutputRecord(folder: $0.path, command: $0.command)) }
    try requireFree(names, folders, in: path) { name in
      if record.entries[name] != nil { return true }
      guard let around, let inner = self.inner(path, of: around.path) else { return false }
      return around.record.entries["\(inner)/\(name)"] != nil
    }
  }

  private static func requireFree(
    _ names: [String], _ folders: [String], in path: String,
    isRecorded: (String) throws -> Bool
  ) throws {
    func status(_ name: String) -> FileStatus? {
      FileSystem.status("\(path)/\(name)", following: false)
    }
    let files = names.filter { status($0).map { $0.kind != .directory } ?? false }
    let full = try folders.filter { name in
      guard let status = status(name) else { return false }
      return try status.kind != .directory || !FileSystem.names(in: "\(path)/\(name)").isEmpty
    }
    let others = try (files + full).filter { try !isRecorded($0) }
    guard others.isEmpty else { throw foreign(others.joined(separator: ", "), in: path) }
  }

  /// Whether an entry is in the record of an open folder that contains this one.
  private func isOutside(_ name: String) throws -> Bool {
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

  static func foreign(_ names: String, in path: String) -> SPINError {
    SPINError(
      .cannotCreate, at: path, "has \(names), and no record there says that spin wrote it",
      remedy: "choose another \(setting: .directory), or move away what you want to keep")
  }
}
