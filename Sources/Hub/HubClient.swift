// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINErrors
import SPINJSON
import Synchronization

/// Sends requests to the Hub and to the servers to which it redirects, with the token, retries and
/// waits.
final class HubClient: Sendable {
  /// The Hub's own headers about a file, from its response before any redirect.
  struct FileHeaders {
    /// The commit, from `X-Repo-Commit`.
    let commit: String?
    /// The digest, from `X-Linked-Etag` or else `ETag`, without quotes and the prefix of a weak
    /// tag.
    let etag: String?
    /// The size of a large file, from `X-Linked-Size`.
    let linkedSize: Int?

    init(_ response: HTTPResponse) {
      let headers = response.headers
      commit = headers["x-repo-commit"]
      etag = (headers["x-linked-etag"] ?? headers["etag"]).map { etag in
        (etag.hasPrefix("W/") ? etag.dropFirst(2) : etag[...]).filter { $0 != "\"" }
      }
      linkedSize = headers["x-linked-size"].flatMap { Int($0) }
    }
  }

  let settings: HubSettings
  let clock: any EndpointClock
  private let transport: any HTTPStreamTransport
  private let retries: RetryPolicy
  private let report: @Sendable (HubEvent) -> Void
  let shouldStop: @Sendable () -> Bool
  private let hasAnswered = Mutex(false)
  /// The maximum number of redirects; more are taken for a loop.
  private static let maximumRedirects = 5

  init(
    _ settings: HubSettings, transport: any HTTPStreamTransport, clock: any EndpointClock,
    retries: RetryPolicy, shouldStop: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (HubEvent) -> Void
  ) {
    self.settings = settings
    self.transport = transport
    self.clock = clock
    self.retries = retries
    self.shouldStop = shouldStop
    self.report = report
  }

  /// Sends a GET request and follows redirects.
  ///
  /// The token goes to the Hub's own origin only, and not again after a redirect to another origin.
  ///
  /// - Parameters:
  ///   - url: The address.
  ///   - start: The offset of the first byte to request; nil for a request without a range.
  ///   - headers: Additional headers.
  ///   - hubSays: Called with the Hub's own headers about a file, before a redirect is followed.
  ///   - head: Called with the final response; returns how many bytes of its body to receive at
  ///     most.
  ///   - body: Called with each part of its body, in order.
  /// - Throws: `HubFailure`, `SPINError`, or what the closures throw.
  func get(
    _ url: String, from start: Int? = nil, headers: [String: String] = [:],
    hubSays: (FileHeaders) throws -> Void = { _ in }, head: (HTTPResponse) throws -> Int,
    body: ([UInt8]) throws -> Void
  ) throws {
    var url = url
    var isKnown = true
    let beginsAtHub = Self.origin(of: url) == settings.origin
    for _ in 0...Self.maximumRedirects {
      guard let origin = Self.origin(of: url) else { throw Self.noAddress(url) }
      isKnown = isKnown && origin == settings.origin
      var request = HTTPRequest("GET", url)
      request.headers = headers
      request.headers["User-Agent"] = "swift-spin"
      // Sizes and digests are those of the file itself, not of a compressed form.
      request.headers["Accept-Encoding"] = "identity"
      if let start { request.headers["Range"] = "bytes=\(start)-" }
      if isKnown, let token = settings.token {
        request.headers["Authorization"] = token.authorization
      }
      var target: String?
      try send(request) { response in
        if isKnown, response.status < 400 { try hubSays(FileHeaders(response)) }
        if [301, 302, 303, 307, 308].contains(response.status),
          let location = response.headers["location"]
        {
          target = location
          return 0
        }
        // 304 is the response to a conditional request.
        guard 200..<300 ~= response.status || response.status == 304 else {
          throw HubFailure.status(response)
        }
        return try head(response)
      } body: {
        if target == nil { try body($0) }
      }
      guard let target else { return }
      url = try redirect(from: url, to: target)
    }
    throw SPINError(
      .unavailable, at: url, "redirects more than \(Self.maximumRedirects) times",
      remedy: beginsAtHub
        ? "check that HF_ENDPOINT is the Hub or a mirror of it" : "check the address")
  }

  private func send(
    _ request: HTTPRequest, head: (HTTPResponse) throws -> Int, body: ([UInt8]) throws -> Void
  ) throws {
    // Callers check this first and give a better message; this makes sure that nothing is sent.
    guard !settings.isOffline else {
      throw SPINError(.unavailable, at: request.url, "offline mode is on")
    }
    do {
      try transport.stream(
        request, idleTimeout: settings.idleTimeout, shouldStop: shouldStop,
        head: { response in
          hasAnswered.withLock { $0 = true }
          return try head(response)
        }, body: body)
    } catch let failure as HTTPFailure {
      throw failure == .stopped ? HubFailure.interrupted : HubFailure.transport(failure)
    }
  }

  static func origin(of url: String) -> EndpointAddress.Origin? {
    URLComponents(string: url).flatMap { EndpointAddress.Origin($0) }
  }

  private static func noAddress(_ url: String) -> SPINError {
    SPINError(.unavailable, at: url, "is no web address")
  }

  private func redirect(from url: String, to target: String) throws -> String {
    guard let base = URL(string: url), let whole = URL(string: target, relativeTo: base),
      let components = URLComponents(url: whole, resolvingAgainstBaseURL: true),
      let origin = EndpointAddress.Origin(components), let text = components.string,
      components.user == nil, components.password == nil
    else {
      throw SPINError(.unavailable, at: url, "redirects to what is no web address")
    }
    guard origin.scheme == "https" || Self.origin(of: url)?.scheme == "http" else {
      throw SPINError(
        .unavailable, at: url, "redirects from https to \(text)",
        remedy: "use another mirror: a download without TLS can be changed in transit")
    }
    return text
  }

  // MARK: - Attempts

  /// Runs a closure until it succeeds, as often as the policy allows.
  ///
  /// - Parameters:
  ///   - subject: What is requested, for errors.
  ///   - reference: The repository; nil for other addresses.
  ///   - progress: A number that grows as data arrives; growth resets the count of attempts.
  ///   - body: What to run.
  func attempting<Result>(
    _ subject: String, of reference: HubReference?, progress: () -> Int = { 0 },
    _ body: () throws -> Result
  ) throws -> Result {
    var attempt = 1
    var reached = progress()
    while true {
      do {
        return try body()
      } catch let failure as HubFailure {
        guard !shouldStop() else { throw HubFailure.interrupted }
        if progress() > reached { attempt = 1 }
        reached = progress()
        guard failure.isWorthAnotherAttempt(hasAnswered: hasAnswered.withLock { $0 }),
          attempt < retries.attempts
        else { throw failure.error(subject, of: reference, settings, attempts: attempt) }
        let pause = try pause(after: attempt, failure, subject)
        if pause >= 1 { report(.retrying(subject: subject, reason: failure.brief, seconds: pause)) }
        clock.wait(seconds: pause, shouldStop: shouldStop)
        guard !shouldStop() else { throw HubFailure.interrupted }
        attempt += 1
      }
    }
  }

  private func pause(after attempt: Int, _ failure: HubFailure, _ subject: String) throws -> Double
  {
    let pause = retries.delay(after: attempt, of: 0)
    guard let asked = failure.askedPause(now: clock.secondsSince1970) else { return pause }
    guard asked <= retries.longestRetryAfter else {
      throw SPINError(
        .unavailable, at: subject,
        "the server asks to wait \(Int(min(asked, 1e9).rounded(.up))) seconds",
        remedy: "run the same command again then to resume; downloaded data is stored")
    }
    return max(pause, asked)
  }
}
