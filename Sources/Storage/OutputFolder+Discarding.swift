// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// Removal of earlier results from an output folder, as determined by its record alone.
extension OutputFolder {
  /// Removes the recorded entries and their records; all other entries remain, and a file that was
  /// changed since it was written is renamed to NAME.changed.
  ///
  /// - Parameter isMeant: Whether to remove an entry, given its path in the folder.
  package func discard(where isMeant: (String) -> Bool = { _ in true }) throws {
    try record.withLock { record in
      let names = record.entries.keys.filter(isMeant).sorted()
      try requireRemovable(names)
      // The order: entries of other commands in subfolders, then files from the top down, then
      // folders from the bottom up.
      for name in names where try isFolder(name, record) {
        try Self.discardRecorded(in: "\(path)/\(name)")
      }
      for name in names.sorted(by: { Self.depth($0) < Self.depth($1) }) {
        guard let content = record.entries[name], let kind = try kind(of: name),
          try !isFolder(name, record)
        else { continue }
        // A link, folder or device in place of a file belongs to someone else.
        if try kind != .file || isChanged(name, content) {
          try keepAside(name)
        } else {
          try FileSystem.remove("\(path)/\(name)")
        }
      }
      for name in names.sorted(by: { Self.depth($0) > Self.depth($1) }) {
        guard try isFolder(name, record) else { continue }
        try FileSystem.removeEmptyDirectory("\(path)/\(name)")
      }
      try record.compact(forgetting: isGone)
    }
  }

  /// Whether an entry is a folder and was recorded as one.
  private func isFolder(_ name: String, _ record: OutputRecord) throws -> Bool {
    try record.entries[name] == .open && kind(of: name) == .directory
  }

  /// Requires that all entries to be removed can be removed, including those of other commands in
  /// subfolders, so that either all are removed or none.
  func requireRemovable(_ names: [String]) throws {
    for name in names where try kind(of: name) == .directory {
      _ = try Self.withRecorded(in: "\(path)/\(name)") { inner in
        try inner.requireRemovable(inner.record.withLock { $0.entries.keys.sorted() })
      }
    }
    let there = try names.filter { try kind(of: $0) != nil }
    let folders =
      try there.map { FileSystem.parent(of: "\(path)/\($0)") }
      + there.filter { try kind(of: $0) == .directory }.map { "\(path)/\($0)" }
    for folder in Set(folders).sorted() where !FileSystem.isWritable(folder) {
      throw SPINError(
        .cannotCreate, at: folder,
        "cannot be changed (\(SPINError.reason(EACCES))), so that nothing was removed",
        remedy: "make it writable, or choose another \(setting: .directory)")
    }
  }

  /// Removes the recorded entries of a folder in this one, and the folder itself if it is recorded.
  package func discard(_ name: String) throws {
    try discard { $0 == name || $0.utf8.starts(with: "\(name)/".utf8) }
  }

  /// Removes the entries that the record of a subfolder, written by another command, lists, and
  /// that record.
  private static func discardRecorded(in path: String) throws {
    if try withRecorded(in: path, { try $0.discard() }) {
      try FileSystem.remove("\(path)/\(OutputRecord.name)")
    }
  }

  /// Opens a subfolder that another command wrote for the duration of `body`.
  ///
  /// - Returns: Whether the subfolder has a record.
  private static func withRecorded(
    in path: String, _ body: (OutputFolder) throws -> Void
  ) throws -> Bool {
    let place = "\(path)/\(OutputRecord.name)"
    guard FileSystem.status(place, following: false) != nil,
      let command = OutputRecord.command(at: place)
    else { return false }
    let inner = try OutputFolder(path, of: command)
    defer { inner.close() }
    try body(inner)
    return true
  }

  /// Renames an entry that must not be removed to NAME.changed, or to NAME.changed-2 and so on if
  /// that exists.
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

  /// Removes the temporary files that killed processes left for recorded files.
  func removeAbandoned() throws {
    let names = record.withLock { Set($0.entries.keys) }
    let folders = Set(names.map { FileSystem.parent(of: $0) } + ["."])
    for folder in folders {
      let place = folder == "." ? path : "\(path)/\(folder)"
      guard try folder == "." || kind(of: folder) == .directory else { continue }
      for name in try FileSystem.names(in: place) {
        guard let target = TemporaryName.file.target(of: name),
          target == OutputRecord.name
            || names.contains(folder == "." ? target : "\(folder)/\(target)")
        else { continue }
        try OutputFile.removeIfAbandoned("\(place)/\(name)")
      }
    }
  }

  private static func depth(_ name: String) -> Int { name.utf8.count { $0 == UInt8(ascii: "/") } }
}
