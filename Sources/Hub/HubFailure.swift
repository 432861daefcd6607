// SPDX-License-Identifier: Apache-2.0

import SPINEndpoint
import SPINErrors

/// Why a request to the Hub, or to a server to which it redirects, failed.
enum HubFailure: Error {
  /// There was no complete response.
  case transport(HTTPFailure)
  /// A response with an error status, without its body.
  case status(HTTPResponse)

  /// Whether sending the same request again may succeed.
  ///
  /// - Parameter hasAnswered: Whether any server has responded in this run.
  func isWorthAnotherAttempt(hasAnswered: Bool) -> Bool {
    switch self {
    case .transport(.cut), .transport(.timeout): true
    case .transport(.noConnection), .transport(.unknownHost): hasAnswered
    case .transport: false
    case .status(let response): [408, 429, 500, 502, 503, 504].contains(response.status)
    }
  }

  /// How long the server asks the client to wait, in seconds; nil if it does not.
  ///
  /// The Hub uses a header such as `RateLimit: "api";r=0;t=55`, others `Retry-After`.
  func askedPause(now: Double) -> Double? {
    guard case .status(let response) = self else { return nil }
    if let limit = response.headers["ratelimit"] {
      let fields = limit.split(separator: ";").map { field in
        field.split(separator: "=").map { $0.filter { !$0.isWhitespace } }
      }
      func number(_ name: String) -> Double? {
        fields.first { $0.count == 2 && $0[0] == name }.flatMap { Double($0[1]) }
      }
      if number("r") == 0, let seconds = number("t") { return seconds }
    }
    return response.headers["retry-after"].flatMap { RetryAfter.seconds($0, now: now) }
  }

  /// The failure in a few words, for the message about a retry.
  var brief: String {
    switch self {
    case .transport(.cut): "the connection was cut"
    case .transport(.timeout): "the server sent nothing"
    case .transport(.noConnection): "connection refused"
    case .transport(.unknownHost): "the host is unknown"
    case .transport: "the connection failed"
    case .status(let response) where response.status == 429: "too many requests (status 429)"
    case .status(let response): "the server answers with status \(response.status)"
    }
  }
}

extension HubFailure {
  /// The failure as an error for the user.
  ///
  /// - Parameters:
  ///   - subject: What was requested, such as "owner/name: config.json".
  ///   - reference: The repository; nil for other addresses.
  ///   - settings: The settings with which it was requested.
  ///   - attempts: The number of attempts.
  func error(
    _ subject: String, of reference: HubReference?, _ settings: HubSettings, attempts: Int
  ) -> SPINError {
    let tried = attempts == 1 ? "" : " in \(attempts) attempts"
    switch self {
    case .transport(let failure):
      return Self.error(failure, subject, reference, settings, tried)
    case .status(let response):
      guard let reference, let known = Self.error(response, reference, settings) else {
        return Self.error(response, subject, settings, tried)
      }
      return known
    }
  }

  private static func error(
    _ failure: HTTPFailure, _ subject: String, _ reference: HubReference?, _ settings: HubSettings,
    _ tried: String
  ) -> SPINError {
    let again = "run the same command again to resume; downloaded data is stored"
    // A plain address has nothing to do with the Hub or with `HF_ENDPOINT`.
    let host = reference == nil ? HubClient.origin(of: subject)?.host ?? subject : settings.endpoint
    switch failure {
    case .stopped: return interrupted
    case .noConnection, .unknownHost:
      return SPINError(
        .unavailable, at: subject,
        "no answer from \(host)\(tried): "
          + (failure == .noConnection ? "connection refused" : "the host is unknown"),
        remedy: reference == nil
          ? "check the network and the address"
          : "check the network, or set HF_ENDPOINT to a mirror")
    case .noTrust(let words):
      return SPINError(
        .unavailable, at: subject, "the server cannot be trusted (\(words))",
        remedy: "check the date of this machine and its certificates")
    case .cut:
      return SPINError(
        .unavailable, at: subject, "the connection was cut\(tried)", remedy: again)
    case .timeout:
      return SPINError(
        .unavailable, at: subject,
        "the server sent nothing for \(Int(settings.idleTimeout)) s\(tried)", remedy: again)
    case .tooLong:
      return SPINError(
        .unavailable, at: subject, "the answer is longer than expected",
        remedy: reference == nil
          ? "check the address" : "check that HF_ENDPOINT is the Hub or a mirror of it")
    case .other(let words):
      return SPINError(.unavailable, at: subject, "no answer: \(words)", remedy: again)
    }
  }

  /// The error for a download that the user interrupted.
  static var interrupted: SPINError {
    SPINError.stopped().advising(
      "downloaded data is stored: run the same command again to resume")
  }

  /// The error for the Hub's own error codes; nil if the response has none that is known.
  private static func error(
    _ response: HTTPResponse, _ reference: HubReference, _ settings: HubSettings
  ) -> SPINError? {
    let page =
      settings.endpoint + (reference.kind == .dataset ? "/datasets/" : "/") + reference.repository
    let tokenRemedy =
      settings.token == nil
      ? "set HF_TOKEN to a token of your account"
      : "check that the token belongs to an account that may read it"
    switch response.headers["x-error-code"] {
    case "GatedRepo":
      return SPINError(
        .noPermission, at: reference.repository,
        "is gated: its owners require that you accept their conditions",
        remedy: "accept them at \(page), then \(tokenRemedy)")
    case "RevisionNotFound":
      return SPINError(
        .missingInput, at: reference.repository,
        "has no revision \"\(reference.revisionOrMain)\"",
        remedy: "give a branch, a tag or a commit of \(page)")
    case "RepoNotFound": return notFound(reference, settings, tokenRemedy)
    default: break
    }
    if response.headers["x-error-message"] == "Access to this resource is disabled." {
      return SPINError(.unavailable, at: reference.repository, "was disabled by the Hub")
    }
    switch response.status {
    case 401 where response.headers["x-error-message"]?.hasPrefix("Invalid credentials") == true:
      return SPINError(
        .noPermission, at: reference.repository, "the Hub does not accept the token",
        remedy: "correct HF_TOKEN, or unset it to connect without one")
    // Without a valid token, the Hub does not reveal whether the repository exists.
    case 401: return notFound(reference, settings, tokenRemedy)
    case 403:
      return SPINError(
        .noPermission, at: reference.repository, "the Hub refuses to give it (status 403)",
        remedy: tokenRemedy)
    default: return nil
    }
  }

  private static func notFound(
    _ reference: HubReference, _ settings: HubSettings, _ remedy: String
  ) -> SPINError {
    SPINError(
      .missingInput, at: reference.repository,
      "no local folder and no \(reference.kind.rawValue) at \(settings.endpoint) has that name, or it "
        + "is private",
      remedy: "check the name; for a private one, \(remedy)")
  }

  private static func error(
    _ response: HTTPResponse, _ subject: String, _ settings: HubSettings, _ tried: String
  ) -> SPINError {
    switch response.status {
    case 404, 410:
      return SPINError(
        .missingInput, at: subject, "the server has no such file (status \(response.status))",
        remedy: "check the name")
    case 401, 403:
      return SPINError(
        .noPermission, at: subject, "the server refuses to give it (status \(response.status))",
        remedy: "check that it is public")
    case 429:
      return SPINError(
        .unavailable, at: subject, "too many requests (status 429)\(tried)",
        remedy: "run the same command again later to resume; downloaded data is stored")
    default:
      return SPINError(
        .unavailable, at: subject, "the server answers with status \(response.status)\(tried)",
        remedy: "run the same command again later to resume; downloaded data is stored")
    }
  }
}
