// SPDX-License-Identifier: Apache-2.0

/// A request to a web server.
package struct HTTPRequest: Sendable, Equatable {
  /// "GET" or "POST".
  package var method: String
  /// The complete URL.
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

/// A complete response of a web server.
package struct HTTPResponse: Sendable, Equatable {
  /// The status, such as 200.
  package var status: Int
  /// Header fields, by name in lowercase.
  package var headers: [String: String]
  /// The body; empty while it is streamed.
  package var body: [UInt8]

  package init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Why there is no complete response.
package enum HTTPFailure: Error, Equatable {
  /// The connection was refused.
  case noConnection
  /// The name of the host is unknown.
  case unknownHost
  /// The server is not trusted, or TLS failed; with the system's message.
  case noTrust(String)
  /// The connection ended before the response did.
  case cut
  /// The response was not complete within the time allowed.
  case timeout
  /// The response is longer than allowed.
  case tooLong
  /// The caller asked to stop.
  case stopped
  /// Any other failure, with the system's message.
  case other(String)
}

/// Sends requests; a protocol so that tests can replace it.
package protocol HTTPTransport: Sendable {
  /// Sends a request and waits for the complete response; redirects are not followed.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - timeout: The maximum duration, in seconds, from sending the request to the end of the
  ///     response.
  ///   - limit: The maximum length of the body of the response, in bytes.
  ///   - shouldStop: Checked several times a second.
  func send(
    _ request: HTTPRequest, timeout: Double, limit: Int, shouldStop: () -> Bool
  ) throws(HTTPFailure) -> HTTPResponse
}
