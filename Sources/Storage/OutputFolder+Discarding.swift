// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINErrors
import Synchronization

/// What goes from a folder of results: by the record, and by nothing else.
extension OutputFolder {
  /// Removes what the record says was written here, and forgets it; anything else stays, and so does a file that
  /// somebody changed since, as NAME.changed.
  ///
  /// - Parameter isMeant: Which entries, by their paths in the folder.
  package func discard(where isMeant: (String) -> Bool = { _ in true }) throws {
    try record.withLock { record in
      let names = record.entries.keys.filter(isMeant).sorted()
      try requireRemovable(names)
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

  /// Requires that what is to be removed may be, with what other commands made below, so that nothing goes where
  /// something has to stay.
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

  /// The same of a folder in this one, with all that is in it.
  package func discard(_ name: String) throws {
    try discard { $0 == name || $0.utf8.starts(with: "\(name)/".utf8) }
  }

  /// Removes what a folder that another command made below says was written there.
  private static func discardRecorded(in path: String) throws {
    if try withRecorded(in: path, { try $0.discard() }) {
      try FileSystem.remove("\(path)/\(OutputRecord.name)")
    }
  }

  /// Opens a folder that another command made, for as long as `body` takes.
  ///
  /// - Returns: Whether there is a record that says what that command wrote.
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

  /// Removes what killed processes were about to give the names of files that are on record.
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
