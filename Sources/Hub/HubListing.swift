// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINErrors
import SPINJSON

/// The Hub's API: the commit of a revision, and the files of a commit.
struct HubListing {
  let client: HubClient

  /// The maximum length of a response of the API, in bytes.
  static let largestPage = 64 << 20
  /// The maximum number of files of a repository.
  private static let largestFileCount = 100_000

  /// Requests the commit of a revision.
  ///
  /// - Throws: `SPINError` if there is no such repository or revision, or the user may not see it.
  func commit(of reference: HubReference) throws -> String {
    let url =
      base(reference) + "/revision/" + Self.escaped(reference.revisionOrMain, isWhole: true)
    let (document, _) = try page(url, "the revision", of: reference)
    let object = try reading(reference) { try document.requireObject(at: "the answer") }
    let commit: String = try reading(reference) { try object.required("sha") }
    guard HubReference.isCommit(commit) else {
      throw noHub(reference, "names the commit \"\(commit.prefix(60))\", which is none")
    }
    return commit
  }

  /// Requests the files of a commit: those of the whole repository, or those of one folder.
  ///
  /// - Parameter folder: The folder, of which only direct files are listed; nil for all files of
  ///   the repository.
  func files(of reference: HubReference, commit: String, in folder: String? = nil) throws
    -> [RemoteFile]
  {
    var url: String? = "\(base(reference))/tree/\(commit)"
    if let folder {
      if !folder.isEmpty { url = url.map { "\($0)/\(Self.escaped(folder, isWhole: false))" } }
    } else {
      url = url.map { $0 + "?recursive=true" }
    }
    var files: [RemoteFile] = []
    var seen: Set<String> = []
    while let current = url {
      guard seen.insert(current).inserted else {
        throw noHub(reference, "lists the same page of files again and again")
      }
      let (document, next) = try page(current, "the list of files", of: reference)
      let entries: [JSONObject] = try reading(reference) {
        guard let entries = [JSONObject](json: document) else {
          throw SPINError(.malformedInput, "the list of files is \(document.brief)")
        }
        return entries
      }
      files += try entries.compactMap { try file($0, of: reference) }
      guard files.count <= Self.largestFileCount else {
        throw noHub(reference, "lists more than \(Self.largestFileCount) files")
      }
      url = next
    }
    return files
  }

  private func file(_ entry: JSONObject, of reference: HubReference) throws -> RemoteFile? {
    try reading(reference) {
      guard try entry.required("type", as: String.self) == "file" else { return nil }
      let path = try RemoteFile.checked(path: entry.required("path"), of: reference)
      let gitName: String = try entry.required("oid")
      let large: JSONObject? = try entry.optional("lfs")
      let name: String = try large?.required("oid") ?? gitName
      let size: Int = try large?.required("size") ?? entry.required("size")
      guard let digest = ContentDigest(name: name), ContentDigest(name: gitName) != nil,
        (large != nil) == (name.utf8.count == 64), RemoteFile.sizes ~= size
      else {
        throw entry.failure("oid", "is \(JSON.string(name).brief) with \(size) bytes")
      }
      return RemoteFile(
        path: path, byteCount: size, digest: digest, gitName: gitName,
        xetHash: try entry.optional("xetHash"))
    }
  }

  /// Requests one page of a response, and returns it with the address of the next page.
  private func page(
    _ url: String, _ name: String, of reference: HubReference
  ) throws -> (JSON, next: String?) {
    try client.attempting("\(reference): \(name)", of: reference) {
      var bytes: [UInt8] = []
      var next: String?
      try client.get(
        url, headers: ["Accept": "application/json"],
        head: { response in
          next = response.headers["link"].flatMap(Self.nextPage)
          return Self.largestPage + 1
        }, body: { bytes += $0 })
      guard bytes.count <= Self.largestPage else {
        throw noHub(reference, "gives \(name) in more than \(Self.largestPage >> 20) MiB")
      }
      let document = try reading(reference) { try JSON(parsing: bytes, path: name) }
      return (document, try next.map { try sameOrigin($0, as: url, of: reference) })
    }
  }

  /// The address in `<address>; rel="next"`; nil if there is none.
  static func nextPage(_ link: String) -> String? {
    for part in link.split(separator: ",") {
      let fields = part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
      guard let first = fields.first, first.hasPrefix("<"), first.hasSuffix(">"),
        fields.dropFirst().contains(where: { $0 == "rel=\"next\"" || $0 == "rel=next" })
      else { continue }
      return String(first.dropFirst().dropLast())
    }
    return nil
  }

  /// The next page's address on the origin that was requested, because mirrors pass on the Hub's
  /// own address.
  private func sameOrigin(
    _ next: String, as url: String, of reference: HubReference
  ) throws -> String {
    guard let base = URL(string: url), let whole = URL(string: next, relativeTo: base),
      var components = URLComponents(url: whole, resolvingAgainstBaseURL: true),
      let own = URLComponents(string: url)
    else { throw noHub(reference, "gives an address of the next page that is none") }
    (components.scheme, components.host, components.port) = (own.scheme, own.host, own.port)
    guard let text = components.string, components.user == nil, components.password == nil else {
      throw noHub(reference, "gives an address of the next page that is none")
    }
    return text
  }

  private func base(_ reference: HubReference) -> String {
    "\(client.settings.endpoint)/api/\(reference.kind.rawValue)s/\(reference.repository)"
  }

  /// Percent-encodes a path for an address; slashes too if `isWhole`.
  static func escaped(_ text: String, isWhole: Bool) -> String {
    var allowed = CharacterSet.alphanumerics.intersection(
      CharacterSet(charactersIn: "\0"..."\u{7F}"))
    allowed.insert(charactersIn: isWhole ? "-._~" : "-._~/")
    return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
  }

  private func reading<Value>(_ reference: HubReference, _ body: () throws -> Value) throws -> Value
  {
    do { return try body() } catch let error as SPINError where error.code == .malformedInput {
      guard error.location != "\(reference)" else { throw error }
      throw noHub(reference, "gives no answer of the Hub's: " + error.description)
    }
  }

  private func noHub(_ reference: HubReference, _ message: String) -> SPINError {
    SPINError(
      .unavailable, at: "\(reference)", "\(client.settings.endpoint) \(message)",
      remedy: "check that HF_ENDPOINT is the Hub or a mirror of it")
  }
}
