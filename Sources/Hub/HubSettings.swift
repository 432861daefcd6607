// SPDX-License-Identifier: Apache-2.0

import Foundation
import SPINEndpoint
import SPINErrors
import SPINStorage

/// Where the Hub and its cache are, and what may be sent; by default what the environment says to huggingface_hub.
public struct HubSettings: Sendable {
  /// The folder of the repositories that this machine holds.
  public var cache: String
  /// The folder of the files that were fetched from other addresses.
  public var files: String
  /// The address of the Hub or of its mirror, without a slash at the end.
  public let endpoint: String
  /// Whether nothing may be sent.
  public var isOffline: Bool
  /// Whether it is the environment that forbids it.
  let isOfflineByEnvironment: Bool
  /// Whether snapshots hold links, as is usual, or the files themselves.
  public var usesSymbolicLinks: Bool
  /// How long nothing may come from a server, in seconds.
  public var idleTimeout: Double
  /// The user's token; nil for none.
  let token: HubToken?
  let origin: EndpointAddress.Origin

  /// Reads the environment: `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE` and their kin.
  ///
  /// - Parameter environment: The environment; nil for that of the process.
  /// - Throws: `SPINError` with code `usage` where `HF_ENDPOINT` is no web address or a token is none.
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
    // A token that was not named explicitly is not sent where a third party could read it.
    token = origin.isExposed ? nil : try HubToken.read(environment)
  }
}
