// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINErrors
import SPINStorage

/// Where the Hub and its cache are, and what may be sent; by default as huggingface_hub reads the
/// environment.
public struct HubSettings: Sendable {
  /// The cache of repositories.
  public var cache: String
  /// The folder of files downloaded from other addresses.
  public var files: String
  /// The address of the Hub or a mirror, without a slash at the end.
  public let endpoint: String
  /// Whether offline mode is on, in which nothing is sent.
  public var isOffline: Bool
  /// Whether offline mode was set by an environment variable.
  let isOfflineByEnvironment: Bool
  /// Whether snapshots contain links, as is usual, rather than the files themselves.
  public var usesSymbolicLinks: Bool
  /// How long a server may send nothing before the request fails, in seconds.
  public var idleTimeout: Double
  /// The user's token; nil for none.
  let token: HubToken?
  let origin: EndpointAddress.Origin

  /// Reads the environment: `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE`
  /// and the other variables of `HubEnvironment` and `HubToken`.
  ///
  /// - Parameter environment: The environment; nil for that of the process.
  /// - Throws: `SPINError` with code `usage` if `HF_ENDPOINT` is not a web address or a token has
  ///   invalid characters.
  public init(environment: [String: String]? = nil) throws {
    let environment = HubEnvironment(environment ?? ProcessInfo.processInfo.environment)
    cache = environment.cache
    files = environment.cacheHome + "/spin/files"
    isOffline = environment.isOffline
    isOfflineByEnvironment = environment.isOffline
    usesSymbolicLinks = !environment.isTrue("HF_HUB_DISABLE_SYMLINKS")
    idleTimeout = environment.seconds("HF_HUB_DOWNLOAD_TIMEOUT") ?? 20
    var text = environment["HF_ENDPOINT"] ?? "https://huggingface.co"
    while text.hasSuffix("/") { text.removeLast() }
    guard let components = URLComponents(string: text),
      let origin = EndpointAddress.Origin(components), components.user == nil,
      components.password == nil, components.query == nil, components.fragment == nil
    else {
      throw SPINError(
        .usage, at: "the environment variable HF_ENDPOINT", "is no web address",
        remedy: "set it to an address such as https://huggingface.co")
    }
    endpoint = text
    self.origin = origin
    // Over http to another machine, a third party could read the token.
    token = origin.isExposed ? nil : try HubToken.read(environment)
  }
}
