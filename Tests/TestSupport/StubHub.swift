// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINStorage
import Synchronization

/// A stand-in for the Hugging Face Hub: one server for its API and small files, another for large files, to which
/// the first redirects.
public final class StubHub: Sendable {
  /// A file of the repository.
  public struct File: Sendable {
    /// Its path.
    public let path: String
    /// Its content.
    public let content: [UInt8]
    /// Whether the Hub keeps it in its store for large files.
    public let isLarge: Bool

    /// A file.
    public init(path: String, content: [UInt8], isLarge: Bool) {
      (self.path, self.content, self.isLarge) = (path, content, isLarge)
    }

    /// What the Hub calls the content.
    public var digest: String { isLarge ? StubHub.sha256(content) : StubHub.gitName(content) }
  }

  /// What goes wrong; nothing of it by default.
  public struct Faults: Sendable {
    /// Entries of a page of the list of files.
    public var page = 1000
    /// Instead of an answer to a request for a small file, the first so many times.
    public var smallFiles: [StubServer.Reply] = []
    /// Instead of an answer of the store, the first so many times.
    public var store: [StubServer.Reply] = []
    /// The store cuts so many of its answers after so many bytes.
    public var cuts = (count: 0, bytes: 0)
    /// Whether the store ignores ranges.
    public var ignoresRanges = false
    /// What the list of files adds to sizes.
    public var listedExtra = 0
    /// What the store adds to the total in its headers.
    public var totalExtra = 0
    /// Whether the store gives other bytes.
    public var givesOtherBytes = false
    /// What the Hub says is the digest of large files.
    public var otherEtag: String?
    /// The commit that the Hub says it serves.
    public var otherCommit: String?
    /// Instead of every answer of the API.
    public var api: StubServer.Reply?
    /// More entries of the list of files, as JSON.
    public var moreEntries: [String] = []
    /// Where the next page is said to be, in place of the Hub itself.
    public var otherNextHost: String?

    /// Nothing goes wrong.
    public init() {}
  }

  /// The repository's name.
  public let repository: String
  /// Its kind as addresses have it: "models" or "datasets".
  public let kind: String
  /// Its files.
  public let files: [File]
  private let faults: Mutex<Faults>
  private let servers: (hub: StubServer, store: StubServer)

  /// The commit of the branch main.
  public var commit: String { String(Self.sha256(Array(repository.utf8)).prefix(40)) }
  /// The address of the Hub.
  public var address: String { servers.hub.address }
  /// The requests to the Hub so far.
  public var requests: [StubServer.Request] { servers.hub.requests }
  /// The requests to the store so far.
  public var storeRequests: [StubServer.Request] { servers.store.requests }

  /// Begins to serve.
  public init(
    _ repository: String, kind: String = "models", files: [File], faults: Faults = Faults()
  ) throws {
    self.repository = repository
    self.kind = kind
    self.files = files
    self.faults = Mutex(faults)
    let box = Box()
    servers = (
      try StubServer { _, request in box.reply(true, request) },
      try StubServer { _, request in box.reply(false, request) }
    )
    box.set { [weak self] isHub, request in
      guard let self else { return .hangUp }
      return isHub ? self.hub(request) : self.store(request)
    }
  }

  /// A model's repository: configuration and tokenizer small, weights large.
  public convenience init(
    model repository: String, weights: [UInt8], faults: Faults = Faults()
  ) throws {
    try self.init(
      repository,
      files: [
        File(path: "README.md", content: Array("# A model\n".utf8), isLarge: false),
        File(
          path: "config.json", content: Array("{\"model_type\": \"llama\"}".utf8), isLarge: false),
        File(path: "model.safetensors", content: weights, isLarge: true),
        File(path: "onnx/model.onnx", content: [1, 2, 3], isLarge: true),
        File(path: "tokenizer.json", content: Array("{}".utf8), isLarge: false),
      ], faults: faults)
  }

  /// Changes what goes wrong.
  public func setFaults(_ change: (inout Faults) -> Void) { faults.withLock { change(&$0) } }

  /// The environment of a program that takes this for the Hub, with a cache in a folder.
  public func environment(home: String) -> [String: String] {
    [
      "HF_ENDPOINT": address, "HF_HOME": home + "/hf", "XDG_CACHE_HOME": home + "/xdg",
      "HOME": home,
      "HF_HUB_DOWNLOAD_TIMEOUT": "5",
    ]
  }

  // MARK: - Answers

  private func hub(_ request: StubServer.Request) -> StubServer.Reply {
    let faults = faults.withLock { $0 }
    let path = request.path.removingPercentEncoding ?? request.path
    if path.hasPrefix("/api/") { return faults.api ?? api(path, faults) }
    let folder = kind == "datasets" ? "/datasets/\(repository)/resolve/" : "/\(repository)/resolve/"
    guard path.hasPrefix(folder) else { return missing("RepoNotFound", 401) }
    let name = path.dropFirst(folder.count).drop { $0 != "/" }.dropFirst()
    guard let file = files.first(where: { $0.path == name }) else {
      return missing("EntryNotFound", 404)
    }
    var headers = ["X-Repo-Commit": faults.otherCommit ?? commit, "ETag": "\"\(file.digest)\""]
    if file.isLarge {
      headers["X-Linked-Etag"] = "\"\(faults.otherEtag ?? file.digest)\""
      headers["X-Linked-Size"] = "\(file.content.count)"
      headers["Location"] = "\(servers.store.address)/\(file.digest)?signature=1"
      return .bytes(302, [], headers: headers)
    }
    if let first = takeFirst({ $0.smallFiles.isEmpty ? nil : $0.smallFiles.removeFirst() }) {
      return first
    }
    return .bytes(200, file.content, headers: headers)
  }

  private func api(_ path: String, _ faults: Faults) -> StubServer.Reply {
    let base = "/api/\(kind)/\(repository)"
    guard path.hasPrefix(base + "/") else { return missing("RepoNotFound", 401) }
    let rest = path.dropFirst(base.count + 1)
    if rest.hasPrefix("revision/") {
      let revision = rest.dropFirst("revision/".count)
      let isKnown =
        ["main", "v1", "refs/pr/1"].contains(String(revision)) || commit.hasPrefix(revision)
      return isKnown ? .answer(200, "{\"sha\": \"\(commit)\"}") : missing("RevisionNotFound", 404)
    }
    let parts = rest.split(separator: "?", maxSplits: 1)
    let folder = parts[0].split(separator: "/").dropFirst(2).joined(separator: "/")
    let isRecursive = parts.count > 1 && parts[1].contains("recursive=true")
    let start = Int(parts.count > 1 ? parts[1].split(separator: "cursor=").last ?? "" : "") ?? 0
    let entries =
      files.filter { file in
        guard file.path.hasPrefix(folder.isEmpty ? "" : folder + "/") else { return false }
        return isRecursive || !file.path.dropFirst(folder.count).dropFirst().contains("/")
      }.map { entry($0, faults) } + faults.moreEntries
    var headers: [String: String] = [:]
    if start + faults.page < entries.count {
      let query = isRecursive ? "recursive=true&" : ""
      let host = faults.otherNextHost ?? address
      headers["Link"] =
        "<\(host)\(base)/\(parts[0])?\(query)cursor=\(start + faults.page)>; rel=\"next\""
    }
    let page = entries.dropFirst(start).prefix(faults.page).joined(separator: ",")
    return .answer(200, "[\(page)]", headers: headers)
  }

  private func entry(_ file: File, _ faults: Faults) -> String {
    let size = file.content.count + faults.listedExtra
    guard file.isLarge else {
      return #"{"type":"file","path":"\#(file.path)","size":\#(size),"oid":"\#(file.digest)"}"#
    }
    let pointer = Self.gitName(Array(file.digest.utf8))
    return #"{"type":"file","path":"\#(file.path)","size":\#(size),"oid":"\#(pointer)","lfs":"#
      + #"{"oid":"\#(file.digest)","size":\#(size),"pointerSize":134}}"#
  }

  private func store(_ request: StubServer.Request) -> StubServer.Reply {
    if let first = takeFirst({ $0.store.isEmpty ? nil : $0.store.removeFirst() }) { return first }
    let digest = request.path.dropFirst().prefix { $0 != "?" }
    guard let file = files.first(where: { $0.digest == digest }) else { return .answer(404, "") }
    let (faults, isCut) = faults.withLock { faults in
      let isCut = faults.cuts.count > 0
      if isCut { faults.cuts.count -= 1 }
      return (faults, isCut)
    }
    let whole = faults.givesOtherBytes ? file.content.map { $0 ^ 1 } : file.content
    var start = 0
    if let range = request.headers["range"], !faults.ignoresRanges {
      start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" }) ?? 0
      guard start < whole.count else { return .answer(416, "") }
    }
    let body = Array(whole[start...])
    var headers: [String: String] = [:]
    if start > 0 {
      headers["Content-Range"] =
        "bytes \(start)-\(whole.count - 1)/\(whole.count + faults.totalExtra)"
    }
    let status = start > 0 ? 206 : 200
    if isCut {
      return .bytes(
        status, Array(body.prefix(faults.cuts.bytes)), promised: body.count, headers: headers)
    }
    return .bytes(
      status, body, promised: faults.totalExtra == 0 ? nil : body.count + faults.totalExtra,
      headers: headers)
  }

  private func missing(_ code: String, _ status: Int) -> StubServer.Reply {
    .answer(status, "{}", headers: ["X-Error-Code": code, "X-Error-Message": code])
  }

  private func takeFirst(_ replies: (inout Faults) -> StubServer.Reply?) -> StubServer.Reply? {
    faults.withLock { replies(&$0) }
  }

  // MARK: - Digests

  /// SHA-256 as hexadecimal digits.
  public static func sha256(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexadecimal
  }

  /// What git calls a file.
  public static func gitName(_ bytes: [UInt8]) -> String {
    var hash = SHA1(gitBlobOf: bytes.count)
    hash.update(bytes)
    return hash.hexadecimal
  }
}

/// The servers begin before what they serve exists.
private final class Box: Sendable {
  private let work = Mutex<@Sendable (Bool, StubServer.Request) -> StubServer.Reply>({ _, _ in
    .hangUp
  })

  func set(_ reply: @escaping @Sendable (Bool, StubServer.Request) -> StubServer.Reply) {
    work.withLock { $0 = reply }
  }

  func reply(_ isHub: Bool, _ request: StubServer.Request) -> StubServer.Reply {
    let reply = work.withLock { $0 }
    return reply(isHub, request)
  }
}
