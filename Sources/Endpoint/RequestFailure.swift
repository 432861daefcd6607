// SPDX-License-Identifier: Apache-2.0

public import SPINErrors
import SPINJSON

/// A failure of one request, while the server answers others.
public struct RequestFailure: Error, Sendable {
  /// The kinds of failure.
  public enum Reason: String, Sendable {
    /// A content filter refused the prompt.
    case filtered
    /// The server rejected the request: the text is too long, or a member is invalid for it.
    case rejected
    /// The response does not have the expected form.
    case malformed
    /// The server failed in every attempt, or sent no complete response in time.
    case serverError = "server_error"
  }

  /// The kind of failure.
  public let reason: Reason
  /// The failure as an error, for callers that send a single request.
  public let error: SPINError
}

extension EndpointCall {
  /// How a response rejects this request; nil if it is a success, or a rejection that applies to
  /// every request.
  func failureOfThisRequest(_ response: HTTPResponse) -> RequestFailure.Reason? {
    let error = errorMember(response)
    let isSuccess = 200..<300 ~= response.status
    guard Self.statuses.contains(response.status) || isSuccess && error != nil else { return nil }
    let codes = Self.codes(error)
    if codes.contains(where: { Self.filterCodes.contains($0) }) { return .filtered }
    return codes.contains(where: { Self.generalCodes.contains($0) }) ? nil : .rejected
  }

  /// The error that a response reports; nil if there is none.
  func errorMember(_ response: HTTPResponse) -> JSON? {
    guard let object = (try? JSON(parsing: response.body, path: ""))?.object else { return nil }
    guard let error = object["error"], error != .null else { return nil }
    return error
  }

  /// The identifiers by which a server may classify an error, in lowercase.
  private static func codes(_ error: JSON?) -> [String] {
    guard let error = error?.object else { return [] }
    let inner = error["innererror"]?.object
    return [error["code"], error["type"], inner?["code"]].compactMap { $0?.string?.lowercased() }
  }

  private static let statuses: Set<Int> = [400, 413, 414, 422, 431, 451]

  private static let filterCodes: Set<String> = [
    "content_filter", "content_policy_violation", "responsibleaipolicyviolation",
    "content_filter_error", "moderation_blocked",
  ]

  /// Identifiers of errors that apply to every request.
  private static let generalCodes: Set<String> = [
    "model_not_found", "invalid_api_key", "authentication_error", "permission_error",
    "insufficient_quota", "billing_hard_limit_reached", "billing_not_active",
    "deploymentnotfound", "unsupported_parameter", "unsupported_value", "unknown_parameter",
  ]
}
