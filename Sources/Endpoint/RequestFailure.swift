// SPDX-License-Identifier: Apache-2.0

public import SPINErrors
import SPINJSON

/// What is wrong with one request, while the server answers others.
public struct RequestFailure: Error, Sendable {
  /// The kinds of failure.
  public enum Reason: String, Sendable {
    /// A content filter refused it.
    case filtered
    /// The server refused it: too long, or another member that is wrong for this text.
    case rejected
    /// The answer has not the form that it should have.
    case malformed
    /// The server failed in every attempt, or gave no whole answer in time.
    case serverError = "server_error"
  }

  /// The kind of this failure.
  public let reason: Reason
  /// The same as an error, for whoever sends one request only.
  public let error: SPINError
}

extension EndpointCall {
  /// Whether an answer refuses this one request, and how; nil where it is a success, or where the
  /// same is to be expected of every other request.
  func failureOfThisRequest(_ response: HTTPResponse) -> RequestFailure.Reason? {
    let error = errorMember(response)
    let isSuccess = 200..<300 ~= response.status
    guard Self.statuses.contains(response.status) || isSuccess && error != nil else { return nil }
    let codes = Self.codes(error)
    if codes.contains(where: { Self.filterCodes.contains($0) }) { return .filtered }
    return codes.contains(where: { Self.generalCodes.contains($0) }) ? nil : .rejected
  }

  /// What the server says is wrong, if it does.
  func errorMember(_ response: HTTPResponse) -> JSON? {
    guard let object = (try? JSON(parsing: response.body, path: ""))?.object else { return nil }
    guard let error = object["error"], error != .null else { return nil }
    return error
  }

  /// The names by which a server may tell what is wrong, in lower case.
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

  /// What is wrong with every request.
  private static let generalCodes: Set<String> = [
    "model_not_found", "invalid_api_key", "authentication_error", "permission_error",
    "insufficient_quota", "billing_hard_limit_reached", "billing_not_active",
    "deploymentnotfound", "unsupported_parameter", "unsupported_value", "unknown_parameter",
  ]
}
