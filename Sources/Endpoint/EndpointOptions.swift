// SPDX-License-Identifier: Apache-2.0

/// How patient a client is with its server.
public struct EndpointOptions: Sendable, Equatable {
  /// How long one attempt may take, in seconds, from the first byte sent to the last one received.
  public var timeout = 300.0
  /// How long the body of an answer may be, in bytes.
  public var maximumBodyBytes = 16 << 20
  /// What happens after an attempt that brought no answer.
  public var retries = RetryPolicy()

  /// Five minutes, 16 MiB, six attempts.
  public init() {}
}
