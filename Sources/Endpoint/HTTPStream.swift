// SPDX-License-Identifier: Apache-2.0

/// Sends requests whose responses may not fit in memory; a protocol so that tests can replace it.
package protocol HTTPStreamTransport: HTTPTransport {
  /// Sends a request and passes on the body of the response as it arrives; redirects are not
  /// followed.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - idleTimeout: How long no data may arrive, in seconds.
  ///   - shouldStop: Checked several times a second.
  ///   - head: Called once, with status and headers; returns how many bytes of the body to receive
  ///     at most.
  ///   - body: Called on the calling thread with each part of the body, in order, up to that number
  ///     of bytes.
  /// - Throws: `HTTPFailure`, or what `head` and `body` throw. A body that is shorter than its
  ///   header says is `HTTPFailure.cut`.
  func stream(
    _ request: HTTPRequest, idleTimeout: Double, shouldStop: () -> Bool,
    head: (HTTPResponse) throws -> Int, body: ([UInt8]) throws -> Void
  ) throws
}
