// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors
import SPINStorage

/// Downloads the content of one file into the cache.
///
/// Bytes are appended to `blobs/<digest>.incomplete`, which is retained after an interruption: the
/// next attempt, the next run and older versions of huggingface_hub resume from it. The file is
/// renamed to `blobs/<digest>` once its size and digest match the listing. A lock prevents other
/// processes from downloading the same file. On file systems whose locks have no effect, two
/// processes would write the same bytes at the same offsets.
struct BlobDownload {
  let client: HubClient
  let cache: HubCache
  let meter: DownloadMeter
  let report: @Sendable (HubEvent) -> Void
  let reference: HubReference
  let commit: String
  let file: RemoteFile

  private var subject: String { "\(reference.repository): \(file.path)" }
  private var blob: String { cache.blob(file.digest, of: reference) }
  private var partial: String { blob + ".incomplete" }

  /// The number of bytes of the file on disk: all of them, or those that an interrupted run left.
  static func presentByteCount(
    _ file: RemoteFile, _ cache: HubCache, of reference: HubReference
  ) -> Int {
    let blob = cache.blob(file.digest, of: reference)
    if FileSystem.status(blob)?.byteCount == file.byteCount { return file.byteCount }
    let partial = FileSystem.status(blob + ".incomplete", following: false)
    guard let partial, partial.kind == .file, partial.byteCount <= file.byteCount else { return 0 }
    return partial.byteCount
  }

  /// Downloads the blob unless it is in the cache, and links the snapshot to it.
  func run() throws {
    let lock = try lock()
    defer { lock.release() }
    if FileSystem.status(blob)?.byteCount != file.byteCount {
      try adopt()
      // A partial download may be of other content, or damaged by a loss of power; if so, start
      // over.
      let start = try partialByteCount()
      if try !receive(), start > 0 {
        report(
          .note("\(subject): the partial download does not match the digest; downloading again"))
        meter.correct(by: -file.byteCount)
        if try !receive() { throw wrongDigest }
      } else if FileSystem.status(blob) == nil {
        throw wrongDigest
      }
    }
    try cache.link(file, commit, of: reference)
  }

  // MARK: - Locks and partial downloads

  private func lock() throws -> FileLock {
    let path = "\(cache.path)/.locks/\(reference.folderName)/\(file.digest.name).lock"
    var isAnnounced = false
    while true {
      if let lock = try FileLock.acquire(path) { return lock }
      guard !client.shouldStop() else { throw HubFailure.interrupted }
      if !isAnnounced { report(.waiting(file: subject)) }
      isAnnounced = true
      client.clock.wait(seconds: 0.1, shouldStop: client.shouldStop)
    }
  }

  /// Adopts the longest partial download of a killed huggingface_hub, if it is longer than our own.
  ///
  /// Its name is `<digest>.<8 hexadecimal digits>.incomplete`.
  private func adopt() throws {
    let folder = FileSystem.parent(of: blob)
    let left = try FileSystem.names(in: folder).filter { name in
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 3 && parts[0] == file.digest.name && parts[2] == "incomplete"
        && parts[1].utf8.count == 8 && HubReference.isHexadecimal(String(parts[1]))
    }
    let sizes = left.compactMap { name -> (path: String, size: Int)? in
      let path = "\(folder)/\(name)"
      let status = FileSystem.status(path, following: false)
      return status.flatMap { $0.kind == .file ? (path, $0.byteCount) : nil }
    }
    let own = try partialByteCount()
    guard let best = sizes.max(by: { $0.size < $1.size }), best.size > own,
      best.size <= file.byteCount
    else { return }
    try FileSystem.rename(best.path, to: partial)
    meter.correct(by: best.size - own)
  }

  private func partialByteCount() throws -> Int {
    guard let status = FileSystem.status(partial, following: false) else { return 0 }
    guard status.kind == .file, status.byteCount <= file.byteCount else {
      // A link that somebody else made, or a file longer than the whole.
      try FileSystem.remove(partial)
      return 0
    }
    return status.byteCount
  }

  // MARK: - Transfer

  /// Downloads the missing bytes.
  ///
  /// - Returns: Whether the whole file has the expected digest; if not, it has been removed.
  private func receive() throws -> Bool {
    let output = try RandomAccessFile(path: partial, .createOrUpdate)
    var offset = try output.byteCount()
    var hash = ContentHash(file.digest, byteCount: file.byteCount)
    try hashPrefix(of: output, offset, &hash)
    try client.attempting(subject, of: reference, progress: { offset }) {
      while offset < file.byteCount {
        try request(&offset) { bytes, offset in
          try output.write(bytes, at: offset)
          hash.update(bytes)
        }
      }
    }
    guard hash.hexadecimal == file.digest.name else {
      try FileSystem.remove(partial)
      return false
    }
    try output.synchronize()
    do {
      try FileSystem.rename(partial, to: blob)
    } catch  where FileSystem.status(blob)?.byteCount == file.byteCount {
      // Without effective locks, another process may have renamed the file just now.
    }
    try FileSystem.synchronizeDirectory(FileSystem.parent(of: blob))
    return true
  }

  private func hashPrefix(
    of output: RandomAccessFile, _ count: Int, _ hash: inout ContentHash
  ) throws {
    for start in stride(from: 0, to: count, by: 4 << 20) {
      guard !client.shouldStop() else { throw HubFailure.interrupted }
      hash.update(try output.read(count: min(4 << 20, count - start), at: start))
    }
  }

  /// Sends one request for the rest of the file.
  private func request(
    _ offset: inout Int, write: ([UInt8], _ offset: Int) throws -> Void
  ) throws {
    let start = offset
    var skipped = 0
    do {
      try client.get(
        url, from: start > 0 ? start : nil, hubSays: check,
        head: { response in
          // A server that ignores ranges sends the file from the beginning.
          skipped = try begins(response, at: start) ? 0 : start
          let rest = file.byteCount - start + skipped
          // Without a length in the response, accept one byte more, to detect a body that is too
          // long.
          return response.headers["content-length"] == nil ? rest + 1 : rest
        },
        body: { bytes in
          let new = skipped == 0 ? bytes : Array(bytes.dropFirst(skipped))
          skipped -= bytes.count - new.count
          guard !new.isEmpty else { return }
          guard offset + new.count <= file.byteCount else {
            throw wrongSize("sends more than that")
          }
          try write(new, offset)
          offset += new.count
          meter.receive(new.count)
        })
    } catch HubFailure.transport(.tooLong) {
      // The data came faster than the disk accepts it; the rest is requested once this is written.
      guard offset > start else { throw HubFailure.transport(.cut) }
    } catch HubFailure.status(let response) where response.status == 416 {
      throw wrongSize("has nothing from byte \(start) on")
    }
    if offset == start { throw HubFailure.transport(.cut) }
  }

  /// Checks that the Hub's headers agree with its listing.
  private func check(_ headers: HubClient.FileHeaders) throws {
    if let other = headers.commit, other != commit {
      throw changed("is served from the commit \(other.prefix(60)), expected \(commit)")
    }
    if let etag = headers.etag, let found = ContentDigest(name: etag), found != file.digest,
      found.name.utf8.count == file.digest.name.utf8.count
    {
      throw changed("is served with the digest \(etag), the list of files says \(file.digest.name)")
    }
    if let size = headers.linkedSize, size != file.byteCount {
      throw wrongSize("says \(size) when the file is requested")
    }
  }

  /// Whether a response begins at the requested offset; false if it begins at the beginning.
  private func begins(_ response: HTTPResponse, at start: Int) throws -> Bool {
    guard response.status == 206 else {
      let isEncoded = response.headers["content-encoding"].map { $0 != "identity" } ?? false
      if !isEncoded, let length = response.headers["content-length"].flatMap({ Int($0) }),
        length != file.byteCount
      {
        throw wrongSize("sends \(length)")
      }
      return start == 0
    }
    // For example "bytes 100-199/200".
    let words = (response.headers["content-range"] ?? "").split { " -/".contains($0) }
    guard words.count == 4, words[0] == "bytes", Int(words[1]) == start else {
      throw SPINError(
        .unavailable, at: subject,
        "the server answers a request for the bytes from \(start) on with "
          + "\"\((response.headers["content-range"] ?? "").prefix(60))\"",
        remedy: "use another mirror")
    }
    if words[3] != "*", Int(words[3]) != file.byteCount {
      throw wrongSize("sends one of \(words[3])")
    }
    return true
  }

  private var url: String {
    let folder = reference.kind == .dataset ? "datasets/" : ""
    return "\(client.settings.endpoint)/\(folder)\(reference.repository)/resolve/\(commit)/"
      + HubListing.escaped(file.path, isWhole: false)
  }

  // MARK: - Errors

  private var wrongDigest: SPINError {
    SPINError(
      .unavailable, at: subject,
      "its content does not match the listed digest \(file.digest.name); the download was "
        + "discarded",
      remedy: "run the same command again; if this persists, the server or its mirror is broken")
  }

  private func changed(_ message: String) -> SPINError {
    SPINError(
      .unavailable, at: subject, message,
      remedy: "the repository changed meanwhile or the mirror is broken; run the same command again"
    )
  }

  private func wrongSize(_ message: String) -> SPINError {
    SPINError(
      .unavailable, at: subject,
      "is listed with \(file.byteCount) bytes, the server \(message)",
      remedy: "run the same command again; if this persists, the server or its mirror is broken")
  }
}
