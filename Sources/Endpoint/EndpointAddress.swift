// SPDX-License-Identifier: Apache-2.0

package import Foundation
import SPINErrors

/// The base URL of an OpenAI-compatible server: the part before `/models`.
///
///     try EndpointAddress("http://127.0.0.1:8000")             // http://127.0.0.1:8000/v1
///     try EndpointAddress("https://example.org/openai/v1")     // unchanged
public struct EndpointAddress: Sendable, Equatable, CustomStringConvertible {
  /// Scheme, host and port, as browsers define an origin.
  ///
  /// A key is sent to one origin only.
  package struct Origin: Sendable, Equatable {
    /// "http" or "https".
    package let scheme: String
    /// The name or the address of the machine, in lowercase.
    package let host: String
    package let port: Int

    /// The origin of a URL; nil if it is not an http or https URL with a host.
    package init?(_ components: URLComponents) {
      guard let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
        let host = components.host?.lowercased(), !host.isEmpty
      else { return nil }
      self.scheme = scheme
      self.host = host
      port = components.port ?? (scheme == "https" ? 443 : 80)
    }

    /// Whether third parties can read what is sent: it goes to another machine without TLS.
    package var isExposed: Bool { scheme == "http" && !isLoopback }

    /// Whether this is the local machine, for which no proxy is used.
    package var isLoopback: Bool { NetworkHost(host).isLoopback }

    /// Whether both are the same machine, as far as their names tell; ports may differ.
    func isSameHost(as other: Origin) -> Bool {
      NetworkHost(host) == NetworkHost(other.host) || isLoopback && other.isLoopback
    }
  }

  /// The address in the form in which it is used and shown.
  public let description: String
  let origin: Origin

  /// Parses an address; one without a path gets `/v1`.
  ///
  /// - Throws: `SPINError` with code `usage` if it is not a web address, or contains a user name, a
  ///   password, a query or the path of a single request.
  public init(_ text: String) throws {
    guard var components = URLComponents(string: text), let origin = Origin(components) else {
      throw Self.wrong("\"\(text)\"", "is no web address", "write it as http://127.0.0.1:8000")
    }
    guard components.user == nil, components.password == nil else {
      // The text is not quoted, because it contains a secret.
      throw Self.wrong(
        nil,
        "the address of the endpoint holds a user name or password, which others can read in "
          + "the list of processes", "put the key into an environment variable")
    }
    guard components.query == nil, components.fragment == nil else {
      throw Self.wrong(
        nil,
        "the address of the endpoint holds a query, which others can read in the list of "
          + "processes", "give the part before the question mark")
    }
    while components.path.hasSuffix("/") { components.path.removeLast() }
    for route in ["/models", "/completions"] where components.path.hasSuffix(route) {
      throw Self.wrong(
        "\"\(text)\"", "is the address of one request",
        "give the part before \(components.path.hasSuffix("/chat" + route) ? "/chat" : route)")
    }
    if components.path.isEmpty { components.path = "/v1" }
    guard let description = components.string else {
      throw Self.wrong("\"\(text)\"", "is no web address", "write it as http://127.0.0.1:8000")
    }
    self.description = description
    self.origin = origin
  }

  /// Whether two addresses have the same origin, so that the key of one may be sent to the other.
  public func hasSameOrigin(as other: EndpointAddress) -> Bool { origin == other.origin }

  private static func wrong(_ place: String?, _ message: String, _ remedy: String) -> SPINError {
    SPINError(.usage, at: place, message, remedy: remedy)
  }
}
