// SPDX-License-Identifier: Apache-2.0

/// A request to a web server.
package struct HTTPRequest: Sendable, Equatable {
  /// "GET" or "POST".
  package var method: String
  /// The whole address.
  package var url: String
  /// Header fields by name.
  package var headers: [String: String] = [:]
  /// The body to post; nil for a GET request.
  package var body: [UInt8]?

  package init(_ method: String, _ url: String, body: [UInt8]? = nil) {
    self.method = method
    self.url = url
    self.body = body
  }
}

/// A whole answer of a web server.
package struct HTTPResponse: Sendable, Equatable {
  /// The status, such as 200.
  package var status: Int
  /// Header fields, by name in lower case.
  package var headers: [String: String]
  /// The body.
  package var body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no whole answer.
package enum HTTPFailure: Error, Equatable {
  /// Nothing listens at that address.
  case noConnection
  /// The name of the host is unknown.
  case unknownHost
  /// The server cannot be trusted, or speaks no TLS; with the system's words.
  case noTrust(String)
  /// The connection ended before the answer did.
  case cut
  /// The answer was not whole within the time allowed.
  case timeout
  /// The answer is longer than allowed.
  case tooLong
  /// The caller wished to stop.
  case stopped
  /// Anything else, in the system's words.
  case other(String)
}

/// Sends requests; tests bring their own.
package protocol HTTPTransport: Sendable {
  /// Sends a request and waits for the whole answer; redirects are not followed.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - timeout: Seconds from the first byte sent to the last one received.
  ///   - limit: How long the body of the answer may be, in bytes.
  ///   - shouldStop: Checked now and then.
  func send(
    _ request: HTTPRequest, timeout: Double, limit: Int, shouldStop: () -> Bool
  ) throws(HTTPFailure) -> HTTPResponse
}
