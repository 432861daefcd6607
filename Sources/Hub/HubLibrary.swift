// SPDX-License-Identifier: Apache-2.0

package import SPINEndpoint
import SPINErrors
import SPINStorage

/// Models and data files of the Hugging Face Hub: those that this machine holds, and those that it fetches.
///
///     let library = try HubLibrary(HubSettings())
///     let model = try library.model(HubReference("Qwen/Qwen2-0.5B-Instruct")!)
///     let weights = try ModelDirectory(path: model.path)
///
/// The cache is that of huggingface_hub and transformers, so that there is one copy of each file.
public struct HubLibrary: Sendable {
  /// Where the Hub and its cache are.
  public let settings: HubSettings
  let cache: HubCache
  let client: HubClient
  let report: @Sendable (HubEvent) -> Void

  /// A library.
  ///
  /// - Parameters:
  ///   - settings: Where the Hub and its cache are.
  ///   - shouldStop: Checked several times a second; true ends the work with an error of code `interrupted`, and the
  ///     same call later resumes from there.
  ///   - report: Called with each progress event.
  public init(
    _ settings: HubSettings, shouldStop: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (HubEvent) -> Void = { _ in }
  ) {
    self.init(
      settings, transport: URLSessionTransport(), clock: SystemClock(), shouldStop: shouldStop,
      report: report)
  }

  package init(
    _ settings: HubSettings, transport: any HTTPStreamTransport, clock: any EndpointClock,
    retries: RetryPolicy = RetryPolicy(), shouldStop: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (HubEvent) -> Void = { _ in }
  ) {
    self.settings = settings
    cache = HubCache(path: settings.cache, usesSymbolicLinks: settings.usesSymbolicLinks)
    client = HubClient(
      settings, transport: transport, clock: clock, retries: retries, shouldStop: shouldStop,
      report: report)
    self.report = report
  }

  // MARK: - Models

  /// The snapshot of a repository that is here, whole or not; nil where there is none.
  ///
  /// Nothing is sent.
  public func cached(_ reference: HubReference) -> HubSnapshot? {
    guard let commit = cache.commit(of: reference) else { return nil }
    let path = cache.snapshot(commit, of: reference)
    guard FileSystem.status(path)?.kind == .directory else { return nil }
    return HubSnapshot(reference: reference, commit: commit, path: path)
  }

  /// A model that is here, or fetched where it is not and nothing forbids it.
  ///
  /// - Parameters:
  ///   - reference: The model. One that is here is taken as it is, without asking whether its branch has moved on.
  ///   - check: Looks at a folder with configuration and tokenizer, before the weights are fetched; throws where
  ///     the model cannot be used.
  /// - Throws: `SPINError` with code `missingInput` where it is not here and nothing may be sent, or there is no
  ///   such model; `noPermission` where its owners give it only to those whom they know; `unavailable` where the
  ///   Hub does not answer or sends what does not fit; `inputOutput` where the disk is too small.
  public func model(
    _ reference: HubReference, check: (String) throws -> Void = { _ in }
  ) throws -> HubSnapshot {
    let here = cached(reference)
    if let here, here.missingFiles.isEmpty { return here }
    guard !settings.isOffline else { throw absent(reference, here) }
    return try fetch(
      reference, commit: here?.commit, takesPyTorch: false, check: check)
  }

  /// Fetches a model at the commit that its revision has now, as far as it is not here.
  ///
  /// - Parameters:
  ///   - reference: The model. Weights in PyTorch's format are fetched where there are no others.
  ///   - check: As in `model(_:check:)`.
  public func fetchModel(
    _ reference: HubReference, check: (String) throws -> Void = { _ in }
  ) throws -> HubSnapshot {
    guard !settings.isOffline else {
      if let here = cached(reference), here.missingFiles.isEmpty { return here }
      throw absent(reference, cached(reference))
    }
    return try fetch(reference, commit: nil, takesPyTorch: true, check: check)
  }

  private func fetch(
    _ reference: HubReference, commit known: String?, takesPyTorch: Bool,
    check: (String) throws -> Void
  ) throws -> HubSnapshot {
    let listing = HubListing(client: client)
    let commit: String
    if let known {
      commit = known
    } else if HubReference.isCommit(reference.revisionOrMain) {
      commit = reference.revisionOrMain
    } else {
      commit = try listing.commit(of: reference)
    }
    let files =
      try cache.tree(commit, of: reference) ?? listing.files(of: reference, commit: commit)
    let wanted = try ModelFiles(files, of: reference)
    if case .pytorch(let name, let index) = wanted.weights, !takesPyTorch {
      throw onlyPyTorch(reference, name ?? index ?? "pytorch_model.bin")
    }
    let snapshot = HubSnapshot(
      reference: reference, commit: commit, path: cache.snapshot(commit, of: reference))
    let fetch = SnapshotFetch(
      client: client, cache: cache, report: report, reference: reference, commit: commit)
    try fetch.run(wanted.first, before: wanted.expectedWeights) {
      try named(snapshot) { try check(snapshot.path) }
      return try wanted.weightFiles(in: snapshot.path, of: reference)
    }
    try cache.record(commit, for: reference)
    cache.recordTree(files, commit, of: reference)
    if case .pytorch = wanted.weights {
      report(
        .note(
          "\(reference.repository) holds only PyTorch weights: convert them with\n"
            + "  spin model import \(snapshot.path) --out DIR"))
    }
    return snapshot
  }

  /// Errors about files of a snapshot name the repository: the cache's own paths say little.
  private func named(_ snapshot: HubSnapshot, _ body: () throws -> Void) throws {
    do { try body() } catch let error as SPINError {
      guard let location = error.location, location.hasPrefix(snapshot.path + "/") else {
        throw error
      }
      throw error.located(
        at: "\(snapshot.reference): \(location.dropFirst(snapshot.path.count + 1))")
    }
  }

  private func onlyPyTorch(_ reference: HubReference, _ name: String) -> SPINError {
    SPINError(
      .malformedInput, at: "\(reference)", "holds only PyTorch weights (\(name))",
      remedy:
        "fetch them with spin model fetch \(reference), convert them with spin model import, and "
        + "give the folder that it wrote")
  }

  private func absent(_ reference: HubReference, _ here: HubSnapshot?) -> SPINError {
    let found =
      here.map { "is in the cache without \($0.missingFiles.joined(separator: ", "))" }
      ?? "is neither a local folder nor in the cache \(settings.cache)"
    return SPINError(
      .missingInput, at: "\(reference)", "\(found), and offline mode is on",
      remedy: fetchRemedy("model fetch \(reference)"))
  }

  /// The command that fetches something, as it has to be typed here.
  func fetchRemedy(_ command: String) -> String {
    let variable = settings.isOfflineByEnvironment ? "HF_HUB_OFFLINE=0 " : ""
    return "fetch it with the network: \(variable)spin \(command)"
  }

  // MARK: - Data

  /// A file of a data set's repository that is here, or fetched where it is not and nothing forbids it.
  ///
  /// - Parameters:
  ///   - path: The path of the file in the repository.
  ///   - reference: The repository, of kind `dataset`.
  ///   - isFresh: Whether to ask for the commit that the revision has now, though there is one here.
  /// - Returns: The path of the file on this machine, and the commit.
  public func file(
    _ path: String, of reference: HubReference, isFresh: Bool = false
  ) throws -> (path: String, commit: String) {
    guard RemoteFile.isSafe(path: path) else {
      throw SPINError(
        .usage, at: "\(reference):\(path)", "is no path of a file inside a repository",
        remedy: "give it as the repository lists it, such as data/train.csv, without . and ..")
    }
    if !isFresh || settings.isOffline, let here = cached(reference),
      FileSystem.status("\(here.path)/\(path)")?.kind == .file
    {
      return ("\(here.path)/\(path)", here.commit)
    }
    guard !settings.isOffline else {
      throw SPINError(
        .missingInput, at: "\(reference):\(path)",
        "is not in the cache \(settings.cache), and offline mode is on",
        remedy: fetchRemedy("data fetch \(reference):\(path)"))
    }
    let listing = HubListing(client: client)
    let commit =
      try HubReference.isCommit(reference.revisionOrMain)
      ? reference.revisionOrMain : listing.commit(of: reference)
    let folder = path.contains("/") ? FileSystem.parent(of: path) : ""
    let files = try listing.files(of: reference, commit: commit, in: folder)
    guard let file = files.first(where: { $0.path == path }) else {
      let names = files.prefix(8).map(\.path).joined(separator: ", ")
      throw SPINError(
        .missingInput, at: "\(reference)", "has no file \"\(path)\"",
        remedy: names.isEmpty ? "check the path" : "there are \(names)")
    }
    try SnapshotFetch(
      client: client, cache: cache, report: report, reference: reference, commit: commit
    ).run([file])
    try cache.record(commit, for: reference)
    return ("\(cache.snapshot(commit, of: reference))/\(path)", commit)
  }
}
