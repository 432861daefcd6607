// SPDX-License-Identifier: Apache-2.0

import SPINStorage
import Synchronization

/// Keeps what is sent to this machine away from proxies.
///
/// A proxy on another machine that receives a request for 127.0.0.1 reads key and prompts, and sends them to its own 127.0.0.1.
/// Foundation on Linux has no setting for proxies: libcurl below it takes them from `http_proxy`, `https_proxy` and
/// `all_proxy`, and exceptions from `no_proxy`, when it connects. So the hosts of this machine are put there. On Apple's
/// systems a session without proxies does the same.
enum ProxyExemption {
  /// The usual ways to write this machine.
  ///
  /// Versions of libcurl before 7.86 know no ranges, and not all know an IPv6 address in brackets.
  private static let usual = [
    "localhost", ".localhost", "127.0.0.1", "127.0.0.0/8", "0.0.0.0", "::1", "[::1]", "::", "[::]",
  ]
  private static let proxyVariables = [
    "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
  ]
  private static let exempted = Mutex<Set<String>>([])

  /// Makes sure that no proxy is used for a host of this machine; does nothing where none is configured.
  ///
  /// - Parameter host: A loopback host as it appears in the URL that is sent.
  static func add(_ host: String) {
    let hasProxy = proxyVariables.contains { !(ProcessEnvironment.value($0) ?? "").isEmpty }
    guard hasProxy else { return }
    exempted.withLock { exempted in
      guard exempted.insert(host).inserted else { return }
      // The lower-case name hides the other where both are set.
      let given = ProcessEnvironment.value("no_proxy") ?? ProcessEnvironment.value("NO_PROXY")
      let list = exceptions(given ?? "", with: host)
      if list != given { ProcessEnvironment.set("no_proxy", to: list) }
    }
  }

  /// A list of exceptions, as `no_proxy` holds it, with this machine added as far as it is absent.
  static func exceptions(_ given: String, with host: String) -> String {
    // An asterisk alone exempts all hosts; in a list it means nothing.
    guard given != "*" else { return given }
    let present = given.split { $0 == "," || $0 == " " }.map { $0.lowercased() }
    let missing = (usual.contains(host) ? usual : usual + [host]).filter { !present.contains($0) }
    return ((given.isEmpty ? [] : [given]) + missing).joined(separator: ",")
  }
}
