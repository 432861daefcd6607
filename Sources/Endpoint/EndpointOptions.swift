// SPDX-License-Identifier: Apache-2.0

/// A client's limits on waiting, retries and response sizes.
public struct EndpointOptions: Sendable, Equatable {
  /// The maximum duration of one attempt, in seconds, from sending the request to the end of the
  /// response.
  public var timeout = 300.0
  /// The maximum length of the body of a response, in bytes.
  public var maximumBodyBytes = 16 << 20
  /// How failed attempts are repeated.
  public var retries = RetryPolicy()

  /// The defaults: five minutes, 16 MiB, six attempts.
  public init() {}
}
