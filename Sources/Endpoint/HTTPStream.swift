// SPDX-License-Identifier: Apache-2.0

/// Sends requests whose answers are too long for memory; tests bring their own.
package protocol HTTPStreamTransport: HTTPTransport {
  /// Sends a request and passes on the body of the answer as it comes; redirects are not followed.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - idleTimeout: How long nothing may come, in seconds.
  ///   - shouldStop: Checked several times a second.
  ///   - head: Called once, with status and headers; how many bytes of the body are wanted at most.
  ///   - body: Called on this thread with each part of the body, in order, cut where it is longer than wanted.
  /// - Throws: `HTTPFailure`, or what `head` and `body` throw. A body that is shorter than its header says is
  func stream(
    _ request: HTTPRequest, idleTimeout: Double, shouldStop: () -> Bool,
    head: (HTTPResponse) throws -> Int, body: ([UInt8]) throws -> Void
  ) throws
}
