// SPDX-License-Identifier: Apache-2.0

import SPINStorage

/// A snapshot in the cache, for listings.
public struct HubInventoryEntry: Sendable, Equatable {
  /// The snapshot; its reference has no revision.
  public let snapshot: HubSnapshot
  /// The branches, tags and abbreviated commits that are recorded for this commit.
  public let revisions: [String]
  /// The size of its files, in bytes; links count as the files to which they lead.
  public let byteCount: Int
  /// The files that a model needs and that are absent; empty for usable models and for data sets.
  public let missingFiles: [String]
  /// The size of the repository's partial downloads, in bytes.
  public let interruptedByteCount: Int
}

extension HubLibrary {
  /// The snapshots in the cache, sorted by folder name; sends no request.
  public func inventory(_ kind: HubReference.Kind = .model) throws -> [HubInventoryEntry] {
    guard FileSystem.status(settings.cache)?.kind == .directory else { return [] }
    return try FileSystem.names(in: settings.cache).flatMap { name -> [HubInventoryEntry] in
      guard let reference = HubReference(folderName: name), reference.kind == kind else {
        return []
      }
      let refs = cache.refs(of: reference)
      let blobs = cache.folder(of: reference) + "/blobs"
      let left = ((try? FileSystem.names(in: blobs)) ?? []).filter { $0.hasSuffix(".incomplete") }
      let interrupted = left.reduce(0) {
        $0 + (FileSystem.status("\(blobs)/\($1)", following: false)?.byteCount ?? 0)
      }
      return cache.commits(of: reference).map { commit in
        let snapshot = HubSnapshot(
          reference: reference, commit: commit, path: cache.snapshot(commit, of: reference))
        return HubInventoryEntry(
          snapshot: snapshot, revisions: refs.filter { $0.commit == commit }.map(\.revision),
          byteCount: Self.byteCount(below: snapshot.path, depth: 0),
          missingFiles: kind == .model ? snapshot.missingFiles : [],
          interruptedByteCount: interrupted)
      }
    }
  }

  private static func byteCount(below folder: String, depth: Int) -> Int {
    ((try? FileSystem.names(in: folder)) ?? []).reduce(0) { sum, name in
      let path = "\(folder)/\(name)"
      // A snapshot consists of links to files; links to folders are no part of it.
      let own = FileSystem.status(path, following: false)
      switch own?.kind {
      case .directory where depth < 16: return sum + byteCount(below: path, depth: depth + 1)
      case .file, .symbolicLink: return sum + (FileSystem.status(path)?.byteCount ?? 0)
      default: return sum
      }
    }
  }
}
