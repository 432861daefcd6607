// SPDX-License-Identifier: Apache-2.0

import SPINErrors
import SPINStorage

/// Fetches files of one commit: the plan, the disk, one file after another.
struct SnapshotFetch {
  let client: HubClient
  let cache: HubCache
  let report: @Sendable (HubEvent) -> Void
  let reference: HubReference
  let commit: String

  /// Fetches files, then those that the first ones lead to.
  ///
  /// - Parameters:
  ///   - first: What is fetched first.
  ///   - expected: What is thought to follow, for the plan.
  ///   - next: Called when the first files are here; what follows in fact.
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
    // A content that two files share comes once, and is counted as here the second time.
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

  /// Removes what an interrupted run of ours left of files that another program has fetched since.
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
