// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import Synchronization

/// Recording of files while they are written, called by all code that creates files and folders.
extension OutputFolder {
  /// Records that a file is about to be written, if it is in an open output folder.
  ///
  /// - Throws: `SPINError` with code `cannotCreate` if a foreign file, a link or a folder has its
  ///   name.
  static func willWrite(_ path: String) throws { try claim(path, .file) }

  /// Records that a folder is about to be created; an existing folder may be used and is not
  /// recorded.
  static func willMakeDirectory(_ path: String) throws { try claim(path, .directory) }

  /// Records a file as finished, with its fingerprint.
  static func didWrite(_ path: String) throws {
    guard let (folder, name) = owner(of: path) else { return }
    // Hidden folders contain the state from which interrupted work resumes, of which every byte
    // counts.
    let isWhole = name.split(separator: "/").contains { $0.hasPrefix(".") }
    let fingerprint = try FileFingerprint(ofFileAt: path, isWhole: isWhole)
    try folder.record.withLock { try $0.record(name, .finished(fingerprint)) }
  }

  /// Whether a file is recorded as finished, or is in no open output folder.
  static func isFinished(_ path: String) -> Bool {
    guard let (folder, name) = owner(of: path) else { return true }
    return folder.record.withLock { record in
      switch record.entries[name] {
      case .finished: true
      case .open, nil: false
      }
    }
  }

  /// Records that a folder with its contents is about to be renamed to a path.
  static func willMove(_ source: String, to path: String) throws {
    guard owner(of: path) != nil else { return }
    try forEachEntry(of: source) { inner, kind in
      try kind == .directory ? willMakeDirectory(path + inner) : willWrite(path + inner)
    }
  }

  /// Records the files of a folder as finished after it was renamed to a path.
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
            remedy: "remove it, or choose another \(setting: .directory)")
        }
        if kind == .directory { return }
        guard try record.entries[name] != nil || folder.takesOver(name) else {
          throw foreign(name, in: folder.path)
        }
      }
      try record.record(name, .open)
    }
  }

  /// The innermost open folder that contains a path, with the path in it; nil for temporary files
  /// and records.
  private static func owner(of path: String) -> (OutputFolder, name: String)? {
    let folders = opened.withLock(\.self)
    guard !folders.isEmpty else { return nil }
    let path = FileSystem.normalized(path)
    let owner = folders.filter { path.utf8.starts(with: "\($0.path)/".utf8) }
      .max { $0.path.utf8.count < $1.path.utf8.count }
    guard let owner else { return nil }
    let name = String(path.utf8.dropFirst(owner.path.utf8.count + 1)) ?? ""
    let isPassing = name.split(separator: "/").contains { part in
      TemporaryName.allCases.contains { $0.target(of: String(part)) != nil }
    }
    return isPassing || FileSystem.name(of: name) == OutputRecord.name ? nil : (owner, name)
  }

  /// Takes over an entry that the command of an enclosing folder wrote before this folder was
  /// opened, as a comparison does for its runs.
  ///
  /// - Returns: Whether there is such an entry.
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
}
