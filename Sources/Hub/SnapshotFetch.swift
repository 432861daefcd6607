// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Downloads files of one commit: makes the plan, checks the disk, then fetches file after file.
struct SnapshotFetch {
  let client: HubClient
  let cache: HubCache
  let report: @Sendable (HubEvent) -> Void
  let reference: HubReference
  let commit: String

  /// Downloads files, and then those that the first ones determine.
  ///
  /// - Parameters:
  ///   - first: The files to download first.
  ///   - expected: The files expected to follow, for the plan.
  ///   - next: Called once the first files are in the cache; returns those that do follow.
  func run(
    _ first: [RemoteFile], before expected: [RemoteFile] = [],
    next: () throws -> [RemoteFile] = { [] }
  ) throws {
    func absent(_ files: [RemoteFile]) -> [RemoteFile] {
      files.filter { !cache.holds($0, commit, of: reference) }
    }
    try sweep(first + expected)
    let early = absent(first)
    let planned = early + absent(expected)
    guard !planned.isEmpty else {
      let rest = absent(try next())
      return try rest.isEmpty ? () : run(rest)
    }
    try cache.prepare(reference, commit: commit)
    let total = planned.reduce(0) { $0 + $1.byteCount }
    // Content that two files share is downloaded once, and counts as present the second time.
    let present = planned.reduce(0) {
      $0 + BlobDownload.presentByteCount($1, cache, of: reference)
    }
    try checkDisk(total - present)
    report(
      .plan(
        HubPlan(
          repository: reference.repository, commit: commit, fileCount: planned.count,
          byteCount: total - present, resumedByteCount: present,
          folder: cache.folder(of: reference),
          freeByteCount: try FileSystem.freeByteCount(at: cache.path))))
    let meter = DownloadMeter(byteCount: present, totalByteCount: total, report: report)
    try download(early, meter)
    try download(absent(try next()), meter)
  }

  private func download(_ files: [RemoteFile], _ meter: DownloadMeter) throws {
    for file in files {
      guard !client.shouldStop() else { throw HubFailure.interrupted }
      try BlobDownload(
        client: client, cache: cache, meter: meter, report: report, reference: reference,
        commit: commit, file: file
      ).run()
    }
  }

  /// Removes our own partial downloads of files that another program has completed since.
  private func sweep(_ files: [RemoteFile]) throws {
    for file in files where cache.holds(file, commit, of: reference) {
      let left = cache.blob(file.digest, of: reference) + ".incomplete"
      if FileSystem.status(left, following: false) != nil { try FileSystem.remove(left) }
    }
  }

  private func checkDisk(_ byteCount: Int) throws {
    let free = try FileSystem.freeByteCount(at: cache.path)
    guard byteCount <= free else {
      throw SPINError(
        .inputOutput, at: cache.path,
        "has \(free) bytes free, \(byteCount) are needed for \(reference)",
        remedy: "free some disk space, or set HF_HOME to a folder on a larger disk")
    }
  }
}
