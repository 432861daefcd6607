// SPDX-License-Identifier: Apache-2.0

package import SPINEndpoint
import SPINErrors
import SPINStorage

/// Models and data files of the Hugging Face Hub, from the local cache or downloaded into it.
///
///     let library = try HubLibrary(HubSettings())
///     let model = try library.model(HubReference("Qwen/Qwen2-0.5B-Instruct")!)
///     let weights = try ModelDirectory(path: model.path)
///
/// The cache is that of huggingface_hub and transformers, so files are stored only once.
public struct HubLibrary: Sendable {
  /// Where the Hub and its cache are.
  public let settings: HubSettings
  let cache: HubCache
  let client: HubClient
  let report: @Sendable (HubEvent) -> Void

  /// Creates a library.
  ///
  /// - Parameters:
  ///   - settings: Where the Hub and its cache are.
  ///   - shouldStop: Checked several times a second; if it returns true, the work ends with an
  ///     error of code `interrupted`, and the same call later resumes.
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

  /// The snapshot of a repository in the cache, complete or not; nil if there is none.
  ///
  /// Sends no request.
  public func cached(_ reference: HubReference) -> HubSnapshot? {
    guard let commit = cache.commit(of: reference) else { return nil }
    let path = cache.snapshot(commit, of: reference)
    guard FileSystem.status(path)?.kind == .directory else { return nil }
    return HubSnapshot(reference: reference, commit: commit, path: path)
  }

  /// Returns a model from the cache, or downloads it unless offline mode is on.
  ///
  /// - Parameters:
  ///   - reference: The model. A complete one in the cache is used as it is, without asking whether
  ///     its branch has moved.
  ///   - check: Called with the folder of configuration and tokenizer before the weights are
  ///     downloaded; throws if the model cannot be used.
  /// - Throws: `SPINError` with code `missingInput` if the model is not in the cache and offline
  ///   mode is on, or there is no such model; `noPermission` if its owners have not granted access;
  ///   `malformedInput` if it has no usable weights; `unavailable` if the Hub does not answer or
  ///   sends something inconsistent; `inputOutput` if the disk is too small; `interrupted` if
  ///   `shouldStop` returned true.
  public func model(
    _ reference: HubReference, check: (String) throws -> Void = { _ in }
  ) throws -> HubSnapshot {
    let here = cached(reference)
    if let here, here.missingFiles.isEmpty { return here }
    guard !settings.isOffline else { throw absent(reference, here) }
    return try fetch(
      reference, commit: here?.commit, takesPyTorch: false, check: check)
  }

  /// Downloads a model at the current commit of its revision, except for files in the cache.
  ///
  /// In offline mode it returns the model from the cache if that is complete.
  ///
  /// - Parameters:
  ///   - reference: The model. PyTorch weights are downloaded if there are no others.
  ///   - check: As in `model(_:check:)`.
  /// - Throws: As `model(_:check:)`.
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

  /// Makes errors about files of a snapshot name the repository instead of the cache's path.
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

  /// The command that downloads something, as the user has to type it in this environment.
  func fetchRemedy(_ command: String) -> String {
    let variable = settings.isOfflineByEnvironment ? "HF_HUB_OFFLINE=0 " : ""
    return "fetch it with the network: \(variable)spin \(command)"
  }

  // MARK: - Data

  /// Returns a file of a data set's repository from the cache, or downloads it unless offline mode
  /// is on.
  ///
  /// - Parameters:
  ///   - path: The path of the file in the repository.
  ///   - reference: The repository, of kind `dataset`.
  ///   - isFresh: Whether to request the current commit of the revision even if a commit is in the
  ///     cache.
  /// - Returns: The local path of the file, and the commit.
  /// - Throws: `SPINError` with code `usage` if the path would lead out of the repository, and as
  ///   `model(_:check:)`.
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
