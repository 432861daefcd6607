// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINCheckpoint
import SPINEndpoint
import SPINErrors
import SPINJSON
import SPINStorage

/// A local copy of a data file from a web address.
public struct WebFile: Sendable, Equatable {
  /// The local path of the file; its name is derived from the address.
  public let path: String
  /// The SHA-256 of its content.
  public let sha256: String
  /// Whether this call downloaded it.
  public let wasFetched: Bool
}

extension HubLibrary {
  /// The maximum length of a data file, in bytes.
  private static let largestWebFile = 8 << 30

  /// Returns a data file from an `https` address, downloading it the first time and revalidating it
  /// later.
  ///
  /// - Parameters:
  ///   - address: The address; `http` is allowed for this machine only.
  ///   - sha256: The expected digest; a local copy that has it is not revalidated. Nil accepts any
  ///     content.
  /// - Throws: `SPINError` with code `usage` if the address is invalid or not allowed,
  ///   `missingInput` if there is no local copy and offline mode is on, `unavailable` if the
  ///   download fails or has another digest.
  public func webFile(_ address: String, sha256: String? = nil) throws -> WebFile {
    let place = try WebPlace(address, in: settings.files)
    // A local copy counts only as downloaded: it may have been edited since.
    let here =
      try place.record.flatMap { record in
        guard FileSystem.status(place.path)?.byteCount == record.byteCount else { return nil }
        return try FileDigest.sha256(ofFileAt: place.path) == record.sha256 ? record : nil
      } as WebPlace.Record?
    if let here, sha256 == nil || here.sha256 == sha256,
      sha256 != nil || settings.isOffline
    {
      return WebFile(path: place.path, sha256: here.sha256, wasFetched: false)
    }
    guard !settings.isOffline else {
      throw SPINError(
        .missingInput, at: address, "was not fetched before, and offline mode is on",
        remedy: fetchRemedy("data fetch \(address)"))
    }
    try FileSystem.ensureDirectory(FileSystem.parent(of: place.path))
    return try client.attempting(address, of: nil) {
      try fetch(place, here, sha256)
    }
  }

  private func fetch(
    _ place: WebPlace, _ here: WebPlace.Record?, _ sha256: String?
  ) throws -> WebFile {
    var headers: [String: String] = [:]
    if let etag = here?.etag, sha256 == nil { headers["If-None-Match"] = etag }
    let output = try OutputFile(path: place.path)
    var hash = SHA256()
    var count = 0
    var isUnchanged = false
    var etag: String?
    var length: Int?
    try client.get(
      place.address, headers: headers,
      head: { response in
        isUnchanged = response.status == 304
        etag = response.headers["etag"]
        length = response.headers["content-length"].flatMap { Int($0) }
        if response.headers["content-encoding"] != nil { length = nil }
        return isUnchanged ? 0 : Self.largestWebFile + 1
      },
      body: { bytes in
        count += bytes.count
        guard count <= Self.largestWebFile else {
          throw SPINError(
            .unavailable, at: place.address,
            "is longer than \(Self.largestWebFile >> 30) GiB, which no data file is")
        }
        hash.update(bytes)
        try output.write(bytes)
      })
    if isUnchanged, let here {
      return WebFile(path: place.path, sha256: here.sha256, wasFetched: false)
    }
    if let length, length != count { throw HubFailure.transport(.cut) }
    let found = hash.hexadecimal
    guard sha256 == nil || found == sha256 else {
      throw SPINError(
        .unavailable, at: place.address,
        "has the SHA-256 \(found), expected \(sha256 ?? ""); the download was discarded",
        remedy: "check the address, or use another mirror")
    }
    if let here, here.sha256 != found {
      report(
        .note("\(place.address) has changed since it was fetched (SHA-256 was \(here.sha256))"))
    }
    try output.commit()
    try place.write(
      WebPlace.Record(address: place.address, etag: etag, sha256: found, byteCount: count))
    return WebFile(path: place.path, sha256: found, wasFetched: true)
  }
}

/// Where the file of an address is stored: `files/<digest of the address>/<name>`, with a record in
/// the same folder.
struct WebPlace {
  /// What is recorded about a local copy.
  struct Record {
    let address: String
    let etag: String?
    let sha256: String
    let byteCount: Int
  }

  let address: String
  let path: String
  private var recordPath: String { FileSystem.parent(of: path) + "/.source.json" }

  init(_ address: String, in folder: String) throws {
    guard let components = URLComponents(string: address),
      let origin = EndpointAddress.Origin(components), components.user == nil,
      components.password == nil
    else {
      throw SPINError(.usage, at: "\"\(address)\"", "is no web address")
    }
    guard !origin.isExposed else {
      throw SPINError(
        .usage, at: address, "is an http address, whose content can be changed on the way",
        remedy: "give the https address")
    }
    let last = components.path.split(separator: "/").last.map(String.init) ?? "index"
    // The name becomes a file name: other characters are replaced, and it is never hidden.
    let safe = last.unicodeScalars.map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
        ? Character(scalar) : "_"
    }
    let name = String(String(safe).drop { $0 == "." }.suffix(120))
    var hash = SHA256()
    hash.update(Array(address.utf8))
    self.address = address
    path = "\(folder)/\(hash.hexadecimal.prefix(16))/\(name.isEmpty ? "index" : name)"
  }

  var record: Record? {
    guard let bytes = try? FileSystem.read(recordPath), bytes.count < 100_000,
      let object = (try? JSON(parsing: bytes, path: recordPath))?.object,
      object["schema"] == "web-file/1", object["address"]?.string == address,
      let sha256 = object["sha256"]?.string, let count = object["bytes"].flatMap({ Int(json: $0) })
    else { return nil }
    return Record(
      address: address, etag: object["etag"]?.string, sha256: sha256, byteCount: count)
  }

  func write(_ record: Record) throws {
    let document: JSON = [
      "schema": "web-file/1", "address": .string(record.address), "etag": JSON(record.etag),
      "sha256": .string(record.sha256), "bytes": JSON(record.byteCount),
    ]
    try OutputFile.write(Array(document.serialized().utf8), to: recordPath)
  }
}
