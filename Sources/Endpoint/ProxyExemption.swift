// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Synchronization

/// Makes sure that requests to the local machine bypass proxies.
///
/// A proxy on another machine that receives a request for 127.0.0.1 could read the key and the
/// prompts, and would send them to its own 127.0.0.1. Foundation on Linux has no setting for
/// proxies: the libcurl beneath it reads them from `http_proxy`, `https_proxy` and `all_proxy`, and
/// the exceptions from `no_proxy`, when it connects. Local hosts are therefore added to `no_proxy`.
/// On Apple platforms, a session without proxies has the same effect.
enum ProxyExemption {
  /// The usual names and addresses of the local machine.
  ///
  /// libcurl before 7.86 supports no ranges, and some versions do not support IPv6 addresses in
  /// brackets.
  private static let usual = [
    "localhost", ".localhost", "127.0.0.1", "127.0.0.0/8", "0.0.0.0", "::1", "[::1]", "::", "[::]",
  ]
  private static let proxyVariables = [
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
  ]
  private static let exempted = Mutex<Set<String>>([])

  /// Makes sure that no proxy is used for a local host; does nothing if no proxy is configured.
  ///
  /// - Parameter host: A loopback host as it is written in the URL that is sent.
  static func add(_ host: String) {
    let hasProxy = proxyVariables.contains { !(ProcessEnvironment.value($0) ?? "").isEmpty }
    guard hasProxy else { return }
    exempted.withLock { exempted in
      guard exempted.insert(host).inserted else { return }
      // The lowercase name takes precedence if both are set.
      let given = ProcessEnvironment.value("no_proxy") ?? ProcessEnvironment.value("NO_PROXY")
      let list = exceptions(given ?? "", with: host)
      if list != given { ProcessEnvironment.set("no_proxy", to: list) }
    }
  }

  /// The exceptions in `no_proxy`, with the absent names and addresses of the local machine added.
  static func exceptions(_ given: String, with host: String) -> String {
    // An asterisk alone exempts all hosts; within a list it has no effect.
    guard given != "*" else { return given }
    let present = given.split { $0 == "," || $0 == " " }.map { $0.lowercased() }
    let missing = (usual.contains(host) ? usual : usual + [host]).filter { !present.contains($0) }
    return ((given.isEmpty ? [] : [given]) + missing).joined(separator: ",")
  }
}
